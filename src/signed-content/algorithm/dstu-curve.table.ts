/** One of the two curves that certificates of the national authorities use, as the package names it. */
export type DstuCurveName = 'DSTU_PB_257' | 'DSTU_PB_431';

interface DstuCurve {
  readonly name: DstuCurveName;
  /** The object identifier of the curve. */
  readonly identifier: string;
  /** The same curve spelt out, in hexadecimal DER; certificates in use carry it this way. */
  readonly parameters: string;
  /** Each half of a signature, in bytes. */
  readonly halfBytes: number;
  /** The order of the base point, in hexadecimal; both halves lie below it. */
  readonly order: string;
}

/** Other curves and other base points on the same curves are not accepted: keys on them could be made weak. */
export const DSTU_CURVES: readonly DstuCurve[] = [
  {
    name: 'DSTU_PB_257',
    identifier: '1.2.804.2.1.1.1.1.3.1.1.2.6',
    parameters:
      '307530070202010102010c020100042110bee3db6aea9e1f86578c45c12594ff942394a7d738f9187e6515017294f4ce01022100800000000000000000000000000000006759213af182e987d3e17714907d470d0421b60fd2d8dce8a93423c6101bca91c47a007e6c300b26cd556c9b0e7d20ef292a00',
    halfBytes: 32,
    order: '800000000000000000000000000000006759213af182e987d3e17714907d470d',
  },
  {
    name: 'DSTU_PB_431',
    identifier: '1.2.804.2.1.1.1.1.3.1.1.2.9',
    parameters:
      '3081bc300f020201af30090201010201030201050201010436f3ca40c669a4da173149ca12c32dae186b53ac6bc6365997deaeae8ad2d888f9bfd53401694ef9c4273d8cfe6dc28f706a0f4910ce0302363fffffffffffffffffffffffffffffffffffffffffffffffffffffba3175458009a8c0a724f02f81aa8a1fcbaf80d90c7a95110504cf04367c857c94c5433bfd991e17c22684065850a9a249ed7bc249ae5a4e878689f872ef7ad524082ec3038e9aede7ba6ba13381d979ba621a',
    halfBytes: 54,
    order:
      '3fffffffffffffffffffffffffffffffffffffffffffffffffffffba3175458009a8c0a724f02f81aa8a1fcbaf80d90c7a95110504cf',
  },
];

/** The substitution table "DKE no. 1" of the digest, packed as certificates carry it; without one it is meant. */
export const DSTU_SUBSTITUTION =
  'a9d6eb45f13c708280c4967b231f5eadf658eba4c037291d38d96bf025ca4e17f8e9720dc615b43a28975f0bc1dea36438b564ea2c179fd0123e6db8fac57904';
