import { describe, expect, it } from 'vitest';
import { limitedAddress } from './limited-address';

describe('Whose requests are counted together', () => {
  it.each([
    ['an address', '203.0.113.7', '203.0.113.7'],
    ['the same address on a socket for both kinds', '::ffff:203.0.113.7', '203.0.113.7'],
    ['a long address is counted as its network', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['another one of that network', '2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['a third one, written with its zeros', '2001:0DB8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::/64'],
    ['one of the network beside it', '2001:db8:1:3::9', '2001:db8:1:3::/64'],
    ['a network with zeros in it', '2001:db8::9', '2001:db8:0:0::/64'],
    ['the machine itself', '::1', '0:0:0:0::/64'],
    ['an address on a link', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['what is no address', 'unknown', 'unknown'],
    ['an address with a port', '203.0.113.7:5000', '203.0.113.7:5000'],
    ['nothing', '', ''],
  ])('%s', (_, address, expected) => {
    expect(limitedAddress(address)).toBe(expected);
  });
});
