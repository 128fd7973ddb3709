import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Language } from '../../common/language.js';
import { Person } from '../people/person.entity.js';

/**
 * The question to an address whether it wants digests, and its answer. It says nothing about the person's address elsewhere:
 * who clicked on a link has agreed to mail, and to no more.
 */
@Entity('digest_confirmation')
@Check('digest_confirmation_language', `language IN ('DA', 'EN')`)
@Check('digest_confirmation_token', 'see the migration')
@Check('digest_confirmation_answer', 'see the migration')
@Check('digest_confirmation_failures', 'failures >= 0')
@Unique('digest_confirmation_token_key', ['tokenHash'])
@Index('digest_confirmation_address_index', { synchronize: false })
@Index('digest_confirmation_next_index', ['nextAt'])
export class DigestConfirmation {
  @ForeignKey(() => Person, { name: 'digest_confirmation_person_fkey' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'digest_confirmation_pkey' })
  personId: string;

  @Column({ type: 'text' })
  address: string;

  @Column({ type: 'text' })
  language: Language;

  @Column({ type: 'bytea', nullable: true })
  tokenHash: Buffer | null;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  expiresAt: Date | null;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  nextAt: Date | null;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  sentAt: Date | null;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  confirmedAt: Date | null;

  @Column({ type: 'integer' })
  failures: number;

  @Column({ type: 'uuid', nullable: true })
  lease: string | null;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  leasedUntil: Date | null;
}
