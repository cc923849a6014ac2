/** A text of an answer, by its name. Answers repeat what they were sent and may be cut off, so they are not read as JSON. */
export const answerField = (answer: string, name: string): string | undefined =>
  new RegExp(`"${name}":\\s*"([^"\\\\]*)"`).exec(answer)?.[1];
