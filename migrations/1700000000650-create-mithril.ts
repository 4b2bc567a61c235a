import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** Users with their roles, the clients they come through, and their tokens. */
export class CreateMithril1700000000650 implements MigrationInterface {
  readonly name = 'CreateMithril1700000000650';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createUsers(queryRunner);
    await createRoles(queryRunner);
    await createClients(queryRunner);
    await createTokens(queryRunner);
    await queryRunner.query(`
      GRANT SELECT, INSERT, UPDATE, DELETE ON mithril.users, mithril.roles, mithril.global_user_roles,
        mithril.clients, mithril.tokens TO app`);
    // Who only reads has no use for what proves somebody else's identity, hashed or not.
    await queryRunner.query(`
      GRANT SELECT ON mithril.users, mithril.roles, mithril.global_user_roles TO app_readonly`);
    await queryRunner.query(`
      GRANT SELECT (id, redirect_uri, scope, inserted_at, updated_at) ON mithril.clients TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE mithril.tokens, mithril.clients, mithril.global_user_roles, mithril.roles, mithril.users`);
  }
}

async function createUsers(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mithril.users (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      tax_id varchar,
      person_id uuid,
      email varchar,
      is_active boolean DEFAULT true,
      is_blocked boolean DEFAULT false,
      block_reason varchar,
      settings jsonb,
      priv_settings jsonb,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(
    `CREATE UNIQUE INDEX users_person_id_key ON mithril.users (person_id) WHERE is_active`,
  );
  // Not unique: other programs write users too, and who is asked for by a number of several is nobody.
  await queryRunner.query(`CREATE INDEX users_tax_id_index ON mithril.users (tax_id)`);
  await commentOn(queryRunner, 'mithril.users', {
    table: 'Who signs in. A person has at most one active user. Written by the module mithril.',
    columns: {
      tax_id: 'Tax number (РНОКПП) by which a signature finds the user.',
      person_id: 'The person in the master patient index; empty for users who are no patients.',
      email: 'Address for letters by e-mail.',
      is_active: 'False when the user was deactivated.',
      is_blocked: 'True when the user may not sign in.',
      block_reason: 'Why the user was blocked.',
      settings: 'Settings the user sees.',
      priv_settings: 'Settings the user does not see.',
    },
  });
}

async function createRoles(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mithril.roles (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      name varchar CONSTRAINT roles_name_key UNIQUE,
      scope varchar,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await commentOn(queryRunner, 'mithril.roles', {
    table: 'A role and what it allows. Written by the module mithril.',
    columns: { name: 'Name of the role.', scope: 'What it allows, separated by spaces.' },
  });
  await queryRunner.query(`
    CREATE TABLE mithril.global_user_roles (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      user_id uuid REFERENCES mithril.users,
      role_id uuid REFERENCES mithril.roles,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT global_user_roles_user_id_role_id_key UNIQUE (user_id, role_id)
    )`);
  await commentOn(queryRunner, 'mithril.global_user_roles', {
    table: 'Roles that a user has everywhere. Written by the module mithril.',
    columns: { user_id: 'The user.', role_id: 'The role.' },
  });
}

async function createClients(queryRunner: QueryRunner): Promise<void> {
  // No foreign key to the legal entity: the registers of the four schemas are kept apart.
  await queryRunner.query(`
    CREATE TABLE mithril.clients (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      secret varchar,
      redirect_uri varchar,
      scope varchar,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await commentOn(queryRunner, 'mithril.clients', {
    table: 'A program that calls on behalf of a legal entity. Written by the module mithril.',
    columns: {
      id: 'Identifier of the legal entity whose program it is.',
      secret: 'Hash of the secret of the client.',
      redirect_uri: 'Where a user is sent back to.',
      scope: 'What the client may ask for, separated by spaces.',
    },
  });
}

async function createTokens(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mithril.tokens (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      name varchar,
      value_hash varchar CONSTRAINT tokens_value_hash_key UNIQUE,
      expires_at timestamptz,
      user_id uuid REFERENCES mithril.users,
      details jsonb,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(`CREATE INDEX tokens_user_id_index ON mithril.tokens (user_id)`);
  await commentOn(queryRunner, 'mithril.tokens', {
    table: 'A token of a user; the token itself is never stored. Written by the module mithril.',
    columns: {
      name: 'Kind of token: access_token and others.',
      value_hash: 'SHA-256 of the token, lower-case hexadecimal.',
      expires_at: 'From when it is worth nothing.',
      user_id: 'Whose token it is.',
      details:
        'scope, client_id, grant_type; after a sign-up also applicant_user_id and applicant_person_id.',
    },
  });
}
