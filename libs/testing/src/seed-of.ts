/** What CI draws from: the day of the outage that the demo plays. Any other would do, as long as it stays. */
export const CI_SEED = 20_210_722;

/**
 * The seed of what tests draw at random: that of the variable, so that a failure can be had again; where CI is set the same one each time,
 * so that a change is judged by what it changes and not by luck; else none, which is another one in each run, so that what is rare is
 * met sooner or later by whoever runs the tests.
 */
export const seedOf = (
  variable: 'FC_SEED' | 'FUZZ_SEED' | 'SEED',
  env: Readonly<Record<string, string | undefined>> = process.env,
): number | undefined => {
  const text = env[variable] ?? '';
  if (text === '') return (env['CI'] ?? '') === '' ? undefined : CI_SEED;
  const seed = Number(text);
  if (!Number.isInteger(seed)) throw new Error(`${variable}=${text} is no whole number`);
  return seed;
};
