import { When } from '../time/when.js';

/** An event that led to how something is. */
interface Step {
  readonly position: number;
  readonly at: string;
  readonly type: string;
  readonly actor: string;
  readonly text: string;
}

/** Events in their one order; each has an address of its own. */
export const Steps = ({ steps }: { readonly steps: readonly Step[] }) => (
  <ol className="timeline" aria-label="Timeline">
    {steps.map(({ position, at, type, actor, text }) => (
      <li key={position} id={`event-${position}`}>
        <a href={`#event-${position}`} aria-label={`Event ${position}`}>
          <When at={at} />
        </a>{' '}
        <strong>{type}</strong> {text} <span className="quiet">{actor}</span>
      </li>
    ))}
  </ol>
);
