import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { Failure } from '../ui/failure.js';
import { Popup } from '../ui/popup.js';
import { found, type Goal } from './found.js';
import { cutOf, findersOf, GOALS, goalsOf, PAGE_GOALS } from './goals.js';

interface ChoiceProps {
  readonly goals: readonly Goal[];
  /** That there is more than they are. */
  readonly cut: string | undefined;
  readonly go: (goal: Goal) => void;
}

/** A field and what it finds: a combobox whose list is always open (WAI-ARIA, list autocomplete with manual selection). */
const Choice = ({ goals, cut, go }: ChoiceProps) => {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const named = useMemo(() => found(goals, typed), [goals, typed]);
  const matches = [...named, ...findersOf(typed)];
  const chosen = Math.min(at, matches.length - 1);
  const pressed = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const goal = matches[chosen];
    if (by !== undefined) setAt((chosen + by + matches.length) % Math.max(1, matches.length));
    else if (event.key === 'Enter' && goal !== undefined) go(goal);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={chosen < 0 ? undefined : `${id}-${chosen}`}
        aria-label="Page, incident, rollout, alert or customer"
        placeholder="Page, incident, rollout, alert or customer"
        autoComplete="off"
        autoFocus
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value);
          setAt(0);
        }}
        onKeyDown={pressed}
      />
      <ul id={id} role="listbox" aria-label="Found" className="found">
        {matches.map((goal, index) => (
          <li
            key={goal.address}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => go(goal)}
          >
            <span className="quiet">{goal.kind}</span> {goal.name} <span className="quiet">{goal.detail}</span>
          </li>
        ))}
      </ul>
      <p role="status" className="quiet">
        {named.length === 0 ? 'Nothing of these is named so.' : `${named.length} found; ↑ ↓ choose, Enter goes there`}{' '}
        {cut}
      </p>
    </>
  );
};

/** Goes anywhere by name. Nothing is done from here: an act has its own button, with its preview. */
export const Palette = ({ close }: { readonly close: () => void }) => {
  const { history } = useRouter();
  const { data, error } = useAnswer('goals', GOALS, {});
  const goals = useMemo(() => (data === undefined ? PAGE_GOALS : goalsOf(data)), [data]);
  return (
    <Popup title="Go to" className="palette" close={close}>
      <Choice
        goals={goals}
        cut={data && cutOf(data)}
        go={({ address }) => {
          close();
          history.push(address);
        }}
      />
      {error !== null && <Failure of="what there is" error={error} />}
    </Popup>
  );
};
