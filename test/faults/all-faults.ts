/** The faults by themselves, and at random together. */
import { clientFaults } from './client-faults.js';
import { connectionFaults, restartPostgres } from './database-faults.js';
import type { Fault } from './episode.js';
import type { FaultPostgres } from './postgres.js';
import type { Random } from './random.js';
import { serverFaults } from './server-faults.js';

/** Everything that can happen to servers on this PostgreSQL. */
export function allFaults(postgres: FaultPostgres): readonly Fault[] {
  return [...serverFaults, restartPostgres(postgres), ...connectionFaults, ...clientFaults];
}

/** From one to four of them. */
export function someFaults(postgres: FaultPostgres, random: Random): readonly Fault[] {
  return random.sample(allFaults(postgres), random.between(1, 4));
}
