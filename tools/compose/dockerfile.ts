/** A stage of a Dockerfile. */
export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  /** Instructions and what they say, in order; continued lines are joined. */
  readonly steps: readonly (readonly [instruction: string, text: string])[];
}

/** Reads the stages of a Dockerfile. */
export const readStages = (text: string): readonly Stage[] => {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { image: string; name: string | undefined; steps: [string, string][] }[] = [];
  for (const line of lines) {
    const [, instruction = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const [image = '', , name] = rest.split(/\s+/);
    if (instruction === 'FROM') stages.push({ image, name, steps: [] });
    else stages.at(-1)?.steps.push([instruction, rest]);
  }
  return stages;
};

/** A COPY step: from the build context where no stage is named. */
export interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
}

/** What a stage copies. */
export const copiesOf = ({ steps }: Stage): readonly Copy[] =>
  steps
    .filter(([instruction]) => instruction === 'COPY')
    .map(([, text]) => {
      const words = text.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      return { from, sources: words.filter((word) => !word.startsWith('--')).slice(0, -1) };
    });

/** What the last such step of a stage says. */
export const lastOf = ({ steps }: Stage, instruction: string): string | undefined =>
  steps.findLast(([name]) => name === instruction)?.[1];
