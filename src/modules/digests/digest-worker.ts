/** Sends what is due: digests, and before the first one the question whether they are wanted. */
import { randomBytes } from 'node:crypto';
import { secretHash } from '../../platform/auth/api-key.js';
import type { Database } from '../../platform/database/database.js';
import { RepeatedTask } from '../../platform/log/repeated-task.js';
import { requestConfirmation } from './digest-confirmation.service.js';
import { readDigestItems } from './digest-items.js';
import {
  claimDigest,
  claimQuestion,
  type LeasedDigest,
  type LeasedQuestion,
  pauseDigestsOf,
  recordAsked,
  recordEnd,
  recordFailure,
  recordNotAsked,
  recordPause,
  recordPostponed,
  recordRefused,
  recordTold,
} from './digest-leases.js';
import { digestMessage, questionMessage, type Sender } from './digest-message.js';
import { confirmationAddress, unsubscriptionAddress } from './digest.pages.js';
import { mailRetryDelay, nextDigestAt } from './digest-schedule.js';
import { DigestPauseReason } from './digest.entity.js';
import type { MailOutcome, Mailer } from './mailer.js';

export interface DigestWorkerOptions {
  readonly database: Database;
  readonly mailer: Mailer;
  /** Gives the address of the server as clients know it, without a slash at the end. */
  readonly base: () => string;
  /** Hears, once per outage, that the database does not answer. */
  readonly onError: (error: Error) => void;
}

/** How often, in milliseconds, it is looked what is due. */
const POLL_INTERVAL = 60_000;
/** Mails that are sent at the same time, by one process. */
const AT_ONCE = 4;
/** How often a mail server says no for good before it is believed. */
const MOST_REFUSALS = 3;
/** A server that goes on saying no is not asked every minute. */
const REFUSED_MILLISECONDS = 60 * 60 * 1_000;
/** What a question that may have arrived waits before the next. */
const UNKNOWN_MILLISECONDS = 60 * 60 * 1_000;
/** When the process ends: what mails under way have, before they are cut off. */
const STOP_MILLISECONDS = 5_000;
const TOKEN_BYTES = 32;

const REFUSALS: Readonly<Partial<Record<MailOutcome, DigestPauseReason>>> = {
  ADDRESS_REFUSED: DigestPauseReason.ADDRESS_REFUSED,
  MESSAGE_REFUSED: DigestPauseReason.MESSAGE_REFUSED,
};

export class DigestWorker {
  private readonly options: DigestWorkerOptions;
  private readonly task: RepeatedTask;
  private stopping = false;

  constructor(options: DigestWorkerOptions) {
    this.options = options;
    this.task = new RepeatedTask({
      work: async () => {
        await Promise.all(Array.from({ length: AT_ONCE }, () => this.sendWhatIsDue()));
      },
      interval: POLL_INTERVAL,
      onError: options.onError,
    });
  }

  start(): void {
    this.task.start();
    this.task.request();
  }

  /** Has what is due sent soon; never throws. */
  request(): void {
    this.task.request();
  }

  /** Resolves when what was due is sent, or the mail server was found not to take it. */
  run(): Promise<void> {
    return this.task.run();
  }

  /** Resolves when nothing is being sent any more; what takes too long is cut off, and sent by another process or later. */
  async stop(): Promise<void> {
    this.stopping = true;
    const { mailer } = this.options;
    const cut = setTimeout(() => mailer.close(), STOP_MILLISECONDS);
    await this.task.stop();
    clearTimeout(cut);
    mailer.close();
  }

  private async sendWhatIsDue(): Promise<void> {
    const { database } = this.options;
    while (!this.stopping) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const question = await claimQuestion(database, secretHash(token));
      const digest = question === undefined ? await claimDigest(database) : undefined;
      if (question !== undefined) {
        if (!(await this.ask(question, token))) return;
      } else if (digest !== undefined) {
        if (!(await this.tell(digest))) return;
      } else {
        return;
      }
    }
  }

  /** Gives whether the mail server answers, and others may have their turn. */
  private async ask(question: LeasedQuestion, token: string): Promise<boolean> {
    const { database, mailer } = this.options;
    const { personId, address, language, failures } = question;
    const sender = this.sender();
    const id = `${personId}.${question.claimedAt.getTime()}`;
    const link = confirmationAddress(sender.base, token, language);
    const outcome = await mailer.send({ to: address, ...questionMessage({ id, language, address: link }, sender) });
    if (outcome === 'TAKEN') {
      await recordAsked(database, question);
      return true;
    }
    const refusal = REFUSALS[outcome];
    if (refusal !== undefined) {
      await recordRefused(database, question);
      await pauseDigestsOf(database, personId, refusal);
      return true;
    }
    const wasAsked = outcome === 'UNKNOWN';
    const milliseconds = wasAsked ? UNKNOWN_MILLISECONDS : mailRetryDelay(failures + 1, Math.random());
    await recordNotAsked(database, question, { wasAsked, milliseconds });
    return false;
  }

  /** Gives whether the mail server answers, and others may have their turn. */
  private async tell(digest: LeasedDigest): Promise<boolean> {
    const { database, mailer } = this.options;
    const { personId, inboxId, frequency, language, position, sendingPosition, address } = digest;
    const nextAt = nextDigestAt(frequency, digest.claimedAt, Math.random());
    if (!digest.isEntitled || address === null) {
      await recordEnd(database, digest);
      return true;
    }
    if (!digest.isConfirmed) {
      await recordPostponed(database, digest, nextAt);
      // The person may have another address than the one that was asked.
      await requestConfirmation(database, { personId, address, language }, { again: false });
      return true;
    }
    const found = await readDigestItems(database, inboxId, position, sendingPosition);
    if (found.count === 0) {
      await recordTold(database, digest, nextAt);
      return true;
    }
    const sender = this.sender();
    const unsubscribeAddress = unsubscriptionAddress(sender.base, digest.unsubscribeToken, language);
    const content = { ...digest, ...found, position: sendingPosition, unsubscribeAddress };
    const outcome = await mailer.send({ to: address, ...digestMessage(content, sender) });
    if (outcome === 'TAKEN') {
      await recordTold(database, digest, nextAt);
      return true;
    }
    return this.recordUntold(digest, REFUSALS[outcome]);
  }

  private async recordUntold(digest: LeasedDigest, refusal: DigestPauseReason | undefined): Promise<boolean> {
    const { database } = this.options;
    if (refusal === undefined) {
      const milliseconds = mailRetryDelay(digest.failures + 1, Math.random());
      await recordFailure(database, digest, { isRefusal: false, milliseconds });
      return false;
    }
    if (digest.refusals + 1 >= MOST_REFUSALS) await recordPause(database, digest, refusal);
    else await recordFailure(database, digest, { isRefusal: true, milliseconds: REFUSED_MILLISECONDS });
    return true;
  }

  private sender(): Sender {
    const { base, mailer } = this.options;
    return { base: base(), domain: mailer.domain };
  }
}
