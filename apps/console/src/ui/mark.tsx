import './mark.css';

/** What a state means to who looks; its shape says it without its colour. */
export type Tone = 'bad' | 'warn' | 'good' | 'still';

const SHAPES: Readonly<Record<Tone, string>> = { bad: '▲', warn: '◆', good: '●', still: '○' };

interface MarkProps {
  readonly tone: Tone;
  readonly children: string;
}

/** A state as shape, word and colour. */
export const Mark = ({ tone, children }: MarkProps) => (
  <span className={`mark ${tone}`}>
    <span aria-hidden="true">{SHAPES[tone]} </span>
    {children}
  </span>
);
