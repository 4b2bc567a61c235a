import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SettingsFor } from '../../../src/config/settings.schema';
import { createOwnFolder } from '../../embedded';
import { openTestAuthority, trustedFileIn, type TestAuthority } from '../../test-authority';
import type { CleanUp } from '../clean-up';

/** What signing up needs besides the servers. */
export interface SignUpEnvironment {
  readonly authority: TestAuthority;
  readonly authorityFolder: string;
  /** Where the program stores signed content. */
  readonly bucketFolder: string;
  /** Settings of the program for it. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Twice the required minimum. */
const SECRET_BYTES = 64;

/** A test authority and a folder for signed content, in a folder that the clean-up removes. */
export async function openSignUpEnvironment(
  { NODE_ENV: nodeEnv, MEDIA_STORAGE_PERSON_BUCKET: bucket }: SettingsFor<'demo'>,
  cleanUp: CleanUp,
): Promise<SignUpEnvironment> {
  const folder = await createOwnFolder();
  cleanUp.later(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const authorityFolder = join(folder, 'test-authority');
  const mediaFolder = join(folder, 'media');
  return {
    authority: openTestAuthority(authorityFolder, { nodeEnv }),
    authorityFolder,
    bucketFolder: join(mediaFolder, bucket),
    variables: {
      SIGNATURE_TRUSTED_CA_FILE: trustedFileIn(authorityFolder),
      // Certificates of the test authority name nobody to ask.
      SIGNATURE_REVOCATION: 'off',
      MEDIA_STORAGE: 'directory',
      MEDIA_STORAGE_DIRECTORY: mediaFolder,
      PIS_SESSION_SECRET: randomBytes(SECRET_BYTES).toString('base64'),
    },
  };
}
