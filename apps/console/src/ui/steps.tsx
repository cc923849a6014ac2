import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { EventLink } from '../audit/event-link.js';
import { When } from '../time/when.js';

/** An event that led to how something is. */
export interface Step {
  readonly position: number;
  readonly at: string;
  readonly type: string;
  readonly actor: string;
  readonly text: string;
}

/** The event that the address names: `#event-17`; undefined: none. */
export const useNamedEvent = (): number | undefined => {
  const hash = useLocation({ select: (location) => location.hash });
  const [, position] = /^event-(\d+)$/.exec(hash) ?? [];
  return position === undefined ? undefined : Number(position);
};

/** Events in their one order; each has an address of its own, and a way to its place in the record. */
export const Steps = ({ steps }: { readonly steps: readonly Step[] }) => {
  const named = useNamedEvent();
  const place = useRef<HTMLLIElement>(null);
  const isThere = steps.some(({ position }) => position === named);
  // What is read after the page was opened is not scrolled to by the browser.
  useEffect(() => {
    if (isThere) place.current?.scrollIntoView({ block: 'center' });
  }, [isThere, named]);
  return (
    <ol className="timeline" aria-label="Timeline">
      {steps.map(({ position, at, type, actor, text }) => (
        <li
          key={position}
          id={`event-${position}`}
          ref={position === named ? place : undefined}
          className={position === named ? 'named' : undefined}
        >
          <a href={`#event-${position}`} aria-label={`Event ${position}`}>
            <When at={at} />
          </a>{' '}
          <EventLink position={position}>{type}</EventLink> {text === type ? '' : text}{' '}
          <span className="quiet">{actor}</span>
        </li>
      ))}
    </ol>
  );
};
