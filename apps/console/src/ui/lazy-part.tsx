import { CatchBoundary } from '@tanstack/react-router';
import { type ComponentType, createElement, type ReactNode, use, useEffect } from 'react';
import { loadAnew, ofThisTab } from './upgrade.js';

/** A part of the console did not come; `again` lets it be asked for once more. */
export class PartMissing extends Error {
  constructor(
    cause: unknown,
    readonly again: () => void,
  ) {
    super('A part of the console did not come.', { cause });
  }
}

/** A component whose code is loaded when it is first shown, or before that by `preload`. */
export type LazyPart<Props> = ((props: Props) => ReactNode) & { readonly preload: () => Promise<void> };

/**
 * A component that is loaded apart. One that did not come is not asked for again by itself, which would be without end, but by who presses
 * for it.
 */
export const lazyPart = <Props extends object>(load: () => Promise<ComponentType<Props>>): LazyPart<Props> => {
  let loaded: ComponentType<Props> | undefined;
  let loading: Promise<ComponentType<Props>> | undefined;
  let isMissing = false;
  const ask = () => {
    loading ??= load().then(
      (part) => (loaded = part),
      (error: unknown) => {
        isMissing = true;
        throw new PartMissing(error, again);
      },
    );
    return loading;
  };
  const again = () => {
    if (isMissing) [isMissing, loading] = [false, undefined];
  };
  const Part = (props: Props) => createElement(loaded ?? use(ask()), props);
  const preload = () => {
    again();
    return ask().then(
      () => undefined,
      () => undefined,
    );
  };
  return Object.assign(Part, { preload });
};

interface MissingProps {
  readonly error: unknown;
  readonly reset: () => void;
}

/** In the place of what did not come, or could not be shown: why, and how it is tried again. */
export const Missing = ({ error, reset }: MissingProps) => {
  // Whatever went wrong: parts of two versions do not go together.
  useEffect(() => void loadAnew(ofThisTab()), []);
  return (
    <div role="alert" className="failure">
      <p>
        {error instanceof PartMissing
          ? 'This part of the console did not come: Tocsin cannot be reached, or has another version by now.'
          : `This could not be shown: ${error instanceof Error ? error.message : String(error)}`}
      </p>
      <button
        type="button"
        onClick={() => {
          if (error instanceof PartMissing) error.again();
          reset();
        }}
      >
        Try again
      </button>
    </div>
  );
};

const ONE = () => 'one';

/** Keeps what cannot be shown from taking the page with it. */
export const Kept = ({ children }: { readonly children: ReactNode }) => (
  <CatchBoundary getResetKey={ONE} errorComponent={Missing}>
    {children}
  </CatchBoundary>
);

/** In the place of a page that cannot be shown. */
export const MissingPage = (props: MissingProps) => (
  <>
    <h1>Not shown</h1>
    <Missing {...props} />
  </>
);
