import { decisionId } from '#contracts';

/** The id of a delivery that the dispatcher asks for itself: it follows from what it stands for, so that two of them ask for the same one. */
export const deliveryIdOf = (...parts: readonly string[]): string => decisionId(JSON.stringify(parts));
