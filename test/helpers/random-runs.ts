/** How long random tests run, and from which seed. */
/** The seed unless RANDOM_SEED says otherwise: the same operations each time, so that a failure in CI is one here, too. */
export const SEED = 20_260_729;

/** @param usual number of runs, unless RANDOM_RUNS says otherwise; RANDOM_SEED gives other ones */
export function randomRuns(usual: number): { numRuns: number; seed: number } {
  const { RANDOM_RUNS, RANDOM_SEED } = process.env;
  return {
    numRuns: RANDOM_RUNS === undefined ? usual : Number(RANDOM_RUNS),
    seed: RANDOM_SEED === undefined ? SEED : Number(RANDOM_SEED),
  };
}
