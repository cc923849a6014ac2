import { counterOf, type Meters, type Rounds, ROUNDS_FAILING } from '#runtime';

const COMMANDS = counterOf(
  'tocsin_signer_commands_total',
  'Commands that this process signed, or refused to sign.',
  ['result'],
  2,
);

/** What a signer counts. */
export interface SignerCounts {
  signed: number;
  refused: number;
}

/** Adds what was signed and refused. */
export const meterSigner = (meters: Meters, counts: SignerCounts, rounds: Rounds): void => {
  meters.add(COMMANDS, () => Object.entries(counts).map(([result, value]) => ({ labels: { result }, value })));
  meters.add(ROUNDS_FAILING, () => [{ labels: { round: rounds.name }, value: rounds.failure === undefined ? 0 : 1 }]);
};
