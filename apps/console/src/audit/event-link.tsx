import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { thingOf } from './thing-of.js';

/** To one event, wherever it is told of: what it changed, who did it, and its links in the chain. */
export const EventLink = ({ position, children }: { readonly position: number; readonly children: ReactNode }) => (
  <Link to="/audit/$position" params={{ position: String(position) }}>
    {children}
  </Link>
);

/** Ids of 32 hexadecimal digits, by their first eight: the rest tells a person nothing, and stands in the title. */
export const shortened = (text: string): string => text.replaceAll(/\b([0-9a-f]{8})[0-9a-f]{24}\b/g, '$1…');

/** A stream by its name: to the page of what it is of, where that has one. */
export const StreamName = ({ stream }: { readonly stream: string }) => {
  const thing = thingOf(stream);
  return thing === undefined ? (
    <code title={stream}>{shortened(stream)}</code>
  ) : (
    <Link to={thing.to} params={{ id: thing.id }} title={stream}>
      <code>{shortened(stream)}</code>
    </Link>
  );
};
