/** What the person who runs the faults may ask for. */

const { FAULT_SEED, FAULT_MINUTES, FAULT_NAME } = process.env;

/** The same each time unless told, so that a failure in CI is one here, too. */
export const SEED = FAULT_SEED === undefined ? 20_261_123 : Number(FAULT_SEED);
export const HAS_SEED = FAULT_SEED !== undefined;

/** How long the long run lasts. */
export const MINUTES = Number(FAULT_MINUTES ?? 30);

/** Only faults with this in their name. */
export const NAME = FAULT_NAME ?? '';
