import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is new in inboxes by e-mail: who wants it how often, how far it was told, and whether the address agreed. */
export class Digests1795374000007 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE digest (
        id uuid CONSTRAINT digest_pkey PRIMARY KEY,
        person_id uuid NOT NULL CONSTRAINT digest_person_fkey REFERENCES person,
        inbox_id uuid NOT NULL CONSTRAINT digest_inbox_fkey REFERENCES inbox ON DELETE CASCADE,
        frequency text NOT NULL CONSTRAINT digest_frequency CHECK (frequency IN ('NONE', 'DAILY', 'WEEKLY')),
        language text NOT NULL CONSTRAINT digest_language CHECK (language IN ('DA', 'EN')),
        paused_because text
          CONSTRAINT digest_paused CHECK (paused_because IN ('ADDRESS_REFUSED', 'MESSAGE_REFUSED')),
        -- How far the inbox was told, and how far the message goes that is being sent: a repeat goes no further.
        position bigint NOT NULL,
        sending_position bigint,
        -- Null when nothing is to be sent: then it holds up nobody.
        next_at timestamptz(3),
        -- Since the last one that was taken; refusals are those that say no for good.
        failures integer NOT NULL,
        refusals integer NOT NULL,
        -- Itself and no hash: each message has it anew, and all it lets one do is to stop them.
        unsubscribe_token bytea NOT NULL CONSTRAINT digest_token CHECK (octet_length(unsubscribe_token) = 32),
        lease uuid,
        leased_until timestamptz(3),
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT digest_inbox_key UNIQUE (inbox_id, person_id),
        CONSTRAINT digest_token_key UNIQUE (unsubscribe_token),
        CONSTRAINT digest_position CHECK (position >= 0 AND sending_position >= position),
        CONSTRAINT digest_next CHECK ((next_at IS NULL) = (frequency = 'NONE' OR paused_because IS NOT NULL)),
        CONSTRAINT digest_failures CHECK (failures >= refusals AND refusals >= 0)
      );
      CREATE INDEX digest_person_index ON digest (person_id);
      CREATE INDEX digest_next_index ON digest (next_at);

      CREATE TABLE digest_confirmation (
        person_id uuid CONSTRAINT digest_confirmation_pkey PRIMARY KEY
          CONSTRAINT digest_confirmation_person_fkey REFERENCES person,
        address text NOT NULL,
        language text NOT NULL CONSTRAINT digest_confirmation_language CHECK (language IN ('DA', 'EN')),
        token_hash bytea,
        expires_at timestamptz(3),
        -- When the question is to be sent; null when it was, or need not be.
        next_at timestamptz(3),
        sent_at timestamptz(3),
        confirmed_at timestamptz(3),
        failures integer NOT NULL CONSTRAINT digest_confirmation_failures CHECK (failures >= 0),
        lease uuid,
        leased_until timestamptz(3),
        CONSTRAINT digest_confirmation_token_key UNIQUE (token_hash),
        CONSTRAINT digest_confirmation_token CHECK (
          (token_hash IS NULL) = (expires_at IS NULL) AND octet_length(token_hash) = 32),
        CONSTRAINT digest_confirmation_answer CHECK (confirmed_at IS NULL OR (token_hash IS NOT NULL AND next_at IS NULL))
      );
      CREATE INDEX digest_confirmation_next_index ON digest_confirmation (next_at);
      CREATE INDEX digest_confirmation_address_index ON digest_confirmation (lower(address));
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE digest_confirmation, digest');
  }
}
