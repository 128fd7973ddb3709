import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Endpoints that are told what happens, each with its place in the knowledge log, and what was delivered to them. */
export class Webhooks1795374000006 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE webhook_endpoint (
        id uuid CONSTRAINT webhook_endpoint_pkey PRIMARY KEY,
        organisation_id uuid NOT NULL CONSTRAINT webhook_endpoint_organisation_fkey REFERENCES organisation,
        url text NOT NULL CONSTRAINT webhook_endpoint_url CHECK (url ~ '^https?://'),
        description text NOT NULL,
        filter jsonb NOT NULL CONSTRAINT webhook_endpoint_filter CHECK (jsonb_typeof(filter) = 'object'),
        status text NOT NULL CONSTRAINT webhook_endpoint_status CHECK (status IN ('ENABLED', 'DISABLED')),
        disabled_because text
          CONSTRAINT webhook_endpoint_reason CHECK (disabled_because IN ('GONE', 'FAILING', 'EXPIRED', 'BY_HAND')),
        version integer NOT NULL,
        -- Standard Webhooks has from 24 to 64 bytes. Read by the worker that signs, and by nothing else.
        secret bytea NOT NULL CONSTRAINT webhook_endpoint_secret CHECK (octet_length(secret) BETWEEN 24 AND 64),
        previous_secret bytea,
        previous_secret_until timestamptz(3),
        -- How far the log has been looked through for it, and delivered.
        position bigint NOT NULL CONSTRAINT webhook_endpoint_position CHECK (position >= 0),
        failures integer NOT NULL,
        failing_since timestamptz(3),
        next_attempt_at timestamptz(3),
        -- The worker that is at it. Whoever writes the place names its lease: one that was lost writes nothing.
        lease uuid,
        leased_until timestamptz(3),
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT webhook_endpoint_disabled CHECK ((status = 'DISABLED') = (disabled_because IS NOT NULL)),
        CONSTRAINT webhook_endpoint_rotation CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL)),
        CONSTRAINT webhook_endpoint_failing CHECK ((failures > 0) = (failing_since IS NOT NULL) AND failures >= 0),
        CONSTRAINT webhook_endpoint_next_attempt CHECK (
          next_attempt_at IS NULL OR (failing_since IS NOT NULL AND status = 'ENABLED'))
      );
      CREATE INDEX webhook_endpoint_organisation_index ON webhook_endpoint (organisation_id, created_at, id);

      CREATE TABLE webhook_delivery (
        id uuid CONSTRAINT webhook_delivery_pkey PRIMARY KEY,
        endpoint_id uuid NOT NULL
          CONSTRAINT webhook_delivery_endpoint_fkey REFERENCES webhook_endpoint ON DELETE CASCADE,
        kind text NOT NULL CONSTRAINT webhook_delivery_kind CHECK (kind IN ('EVENT', 'PING', 'REDELIVERY')),
        -- The header webhook-id: the event's id, or a ping's own.
        message_id uuid NOT NULL,
        event_type text CONSTRAINT webhook_delivery_event_type CHECK (event_type IN
          ('PUBLISHED', 'REVISED', 'RETRACTED', 'LINKED', 'UNLINKED', 'ADOPTED', 'EVIDENCE_ADDED')),
        status text NOT NULL CONSTRAINT webhook_delivery_status CHECK (status IN ('PENDING', 'DELIVERED', 'FAILED')),
        -- Those of the last attempt.
        headers jsonb NOT NULL,
        body text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT webhook_delivery_event CHECK (kind <> 'EVENT' OR event_type IS NOT NULL),
        CONSTRAINT webhook_delivery_ping CHECK (kind <> 'PING' OR event_type IS NULL)
      );
      CREATE INDEX webhook_delivery_endpoint_index ON webhook_delivery (endpoint_id, created_at, id);
      CREATE INDEX webhook_delivery_created_index ON webhook_delivery (created_at);
      CREATE INDEX webhook_delivery_pending_index ON webhook_delivery (endpoint_id, created_at)
        WHERE status = 'PENDING';
      -- The one that the endpoint's place waits for.
      CREATE UNIQUE INDEX webhook_delivery_event_key ON webhook_delivery (endpoint_id)
        WHERE kind = 'EVENT' AND status = 'PENDING';

      CREATE TABLE webhook_attempt (
        delivery_id uuid CONSTRAINT webhook_attempt_delivery_fkey REFERENCES webhook_delivery ON DELETE CASCADE,
        number integer,
        started_at timestamptz(3) NOT NULL,
        milliseconds integer NOT NULL,
        status_code integer,
        response_body text,
        error text,
        CONSTRAINT webhook_attempt_pkey PRIMARY KEY (delivery_id, number),
        CONSTRAINT webhook_attempt_outcome CHECK (num_nonnulls(status_code, error) > 0)
      );
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE webhook_attempt, webhook_delivery, webhook_endpoint');
  }
}
