import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may do what: people, their places in organisations, keys, the review, and the log of who did what. */
export class Access1795374000003 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(PEOPLE);
    await queryRunner.query(REVIEW);
    await queryRunner.query(AUDIT);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE audit_log, review_comment;
      DROP FUNCTION keep_audit_log();
      ALTER TABLE revision DROP COLUMN person_id, DROP COLUMN api_key_id;
      ALTER TABLE organisation DROP COLUMN second_person_required;
      DROP TABLE api_key, access_request, invitation, membership, person_identity, person;
    `);
  }
}

const PEOPLE = `
-- Once erased a person is nobody: what it wrote keeps pointing at a row that tells nothing.
CREATE TABLE person (
  id uuid CONSTRAINT person_pkey PRIMARY KEY,
  name text CONSTRAINT person_name CHECK (name <> ''),
  email text,
  -- Not only the person says that it is its own: the operator let it in with this address, or the issuer of its tokens says so.
  email_confirmed boolean NOT NULL DEFAULT false,
  named_publicly boolean NOT NULL,
  created_at timestamptz(3) NOT NULL,
  erased_at timestamptz(3),
  CONSTRAINT person_erased CHECK (
    CASE WHEN erased_at IS NULL THEN name IS NOT NULL ELSE num_nonnulls(name, email) = 0 AND NOT named_publicly END),
  CONSTRAINT person_email CHECK (NOT email_confirmed OR email IS NOT NULL)
);

CREATE TABLE person_identity (
  issuer text,
  subject text,
  person_id uuid NOT NULL CONSTRAINT person_identity_person_fkey REFERENCES person,
  CONSTRAINT person_identity_pkey PRIMARY KEY (issuer, subject)
);
CREATE INDEX person_identity_person_index ON person_identity (person_id);

CREATE TABLE membership (
  person_id uuid CONSTRAINT membership_person_fkey REFERENCES person,
  organisation_id uuid CONSTRAINT membership_organisation_fkey REFERENCES organisation,
  role text NOT NULL CONSTRAINT membership_role CHECK (role IN ('CONTRIBUTOR', 'EDITOR', 'MANAGER')),
  origin text NOT NULL CONSTRAINT membership_origin CHECK (origin IN ('INVITATION', 'CLAIMS')),
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT membership_pkey PRIMARY KEY (person_id, organisation_id)
);
CREATE INDEX membership_organisation_index ON membership (organisation_id, created_at, person_id);

CREATE TABLE invitation (
  id uuid CONSTRAINT invitation_pkey PRIMARY KEY,
  organisation_id uuid NOT NULL CONSTRAINT invitation_organisation_fkey REFERENCES organisation,
  email text NOT NULL,
  role text NOT NULL CONSTRAINT invitation_role CHECK (role IN ('CONTRIBUTOR', 'EDITOR', 'MANAGER')),
  token_hash bytea NOT NULL CONSTRAINT invitation_token_key UNIQUE
    CONSTRAINT invitation_token CHECK (octet_length(token_hash) = 32),
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  accepted_at timestamptz(3),
  revoked_at timestamptz(3),
  -- Who accepted it, whatever address it went to.
  person_id uuid CONSTRAINT invitation_person_fkey REFERENCES person,
  CONSTRAINT invitation_outcome CHECK (num_nonnulls(accepted_at, revoked_at) < 2),
  CONSTRAINT invitation_accepted CHECK ((accepted_at IS NULL) = (person_id IS NULL))
);
CREATE INDEX invitation_organisation_index ON invitation (organisation_id, created_at, id);
CREATE INDEX invitation_person_index ON invitation (person_id);

-- Somebody asks to become the first manager of an organisation, of the directory or new.
CREATE TABLE access_request (
  id uuid CONSTRAINT access_request_pkey PRIMARY KEY,
  organisation_id uuid CONSTRAINT access_request_organisation_fkey REFERENCES organisation,
  new_organisation jsonb,
  name text NOT NULL,
  email text NOT NULL,
  reason text NOT NULL,
  token_hash bytea NOT NULL CONSTRAINT access_request_token_key UNIQUE
    CONSTRAINT access_request_token CHECK (octet_length(token_hash) = 32),
  status text NOT NULL CONSTRAINT access_request_status CHECK (status IN ('PENDING', 'APPROVED', 'DECLINED')),
  comment text,
  created_at timestamptz(3) NOT NULL,
  decided_at timestamptz(3),
  CONSTRAINT access_request_target CHECK (organisation_id IS NOT NULL OR new_organisation IS NOT NULL),
  CONSTRAINT access_request_decided CHECK ((status = 'PENDING') = (decided_at IS NULL))
);
CREATE INDEX access_request_status_index ON access_request (status, created_at, id);

-- A person's own key reaches as far as its person does; a key of an organisation belongs to one of its systems.
CREATE TABLE api_key (
  id uuid CONSTRAINT api_key_pkey PRIMARY KEY,
  person_id uuid CONSTRAINT api_key_person_fkey REFERENCES person,
  organisation_id uuid CONSTRAINT api_key_organisation_fkey REFERENCES organisation,
  name text NOT NULL,
  prefix text NOT NULL CONSTRAINT api_key_prefix_key UNIQUE CONSTRAINT api_key_prefix CHECK (prefix ~ '^[0-9a-z]{10}$'),
  hash bytea NOT NULL CONSTRAINT api_key_hash CHECK (octet_length(hash) = 32),
  scopes text[] NOT NULL
    CONSTRAINT api_key_scopes CHECK (scopes <@ ARRAY['READ_DRAFTS', 'WRITE', 'PUBLISH', 'WEBHOOKS', 'MANAGE']),
  made_by uuid CONSTRAINT api_key_made_by_fkey REFERENCES person,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  CONSTRAINT api_key_holder CHECK (num_nonnulls(person_id, organisation_id) = 1)
);
CREATE INDEX api_key_person_index ON api_key (person_id);
CREATE INDEX api_key_organisation_index ON api_key (organisation_id);
`;

const REVIEW = `
ALTER TABLE organisation ADD COLUMN second_person_required boolean NOT NULL DEFAULT false;

ALTER TABLE revision
  ADD COLUMN person_id uuid CONSTRAINT revision_person_fkey REFERENCES person,
  ADD COLUMN api_key_id uuid CONSTRAINT revision_api_key_fkey REFERENCES api_key;
CREATE INDEX revision_person_index ON revision (person_id);

CREATE TABLE review_comment (
  id uuid CONSTRAINT review_comment_pkey PRIMARY KEY,
  record_id uuid NOT NULL CONSTRAINT review_comment_record_fkey REFERENCES record,
  version integer NOT NULL,
  path text[],
  text text NOT NULL CONSTRAINT review_comment_text CHECK (text <> ''),
  person_id uuid CONSTRAINT review_comment_person_fkey REFERENCES person,
  api_key_id uuid CONSTRAINT review_comment_api_key_fkey REFERENCES api_key,
  created_at timestamptz(3) NOT NULL,
  resolved_at timestamptz(3)
);
CREATE INDEX review_comment_record_index ON review_comment (record_id, created_at, id);
CREATE INDEX review_comment_person_index ON review_comment (person_id);
`;

const AUDIT = `
CREATE TABLE audit_log (
  id uuid CONSTRAINT audit_log_pkey PRIMARY KEY,
  occurred_at timestamptz(3) NOT NULL,
  action text NOT NULL,
  actor text NOT NULL,
  person_id uuid CONSTRAINT audit_log_person_fkey REFERENCES person,
  api_key_id uuid CONSTRAINT audit_log_api_key_fkey REFERENCES api_key,
  organisation_id uuid CONSTRAINT audit_log_organisation_fkey REFERENCES organisation,
  target_id uuid,
  details jsonb NOT NULL
);
CREATE INDEX audit_log_time_index ON audit_log (occurred_at, id);
CREATE INDEX audit_log_organisation_index ON audit_log (organisation_id, occurred_at, id);
CREATE INDEX audit_log_person_index ON audit_log (person_id);

-- Nothing in it changes, and nothing leaves it but by age, which its deletion has to state.
CREATE FUNCTION keep_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.occurred_at < nullif(current_setting('medspil.audit_log_before', true), '')::timestamptz THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% of audit_log refused: it is append-only', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION keep_audit_log();
CREATE TRIGGER audit_log_not_emptied BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('it is append-only');
`;
