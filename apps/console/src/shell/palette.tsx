import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { graphql, type ResultOf } from '../api/graphql.js';
import { useAnswer } from '../api/use-answer.js';
import { Failure } from '../ui/failure.js';
import { Popup } from '../ui/popup.js';
import { words } from '../ui/words.js';
import { found, type Goal } from './found.js';
import { PAGES } from './pages.js';

/** What can be gone to by name: the newest of what changes, and customers as many as one answer holds. */
const GOALS = graphql(`
  query Goals {
    incidents(first: 50) {
      nodes {
        incidentId
        title
        status
        priority
      }
    }
    rollouts(first: 50) {
      nodes {
        rolloutId
        service
        status
        release {
          softwareVersion
          configRev
        }
      }
    }
    alerts(first: 100) {
      nodes {
        alertId
        rule
        scope
        key
        state
      }
    }
    customers(first: 500) {
      nodes {
        customerId
        name
        tier
        sector
      }
    }
  }
`);

const PAGE_GOALS: readonly Goal[] = PAGES.map(({ to, name, letter }) => ({
  kind: 'page',
  name,
  detail: `g ${letter}`,
  address: to,
}));

const goalsOf = ({ incidents, rollouts, alerts, customers }: ResultOf<typeof GOALS>): readonly Goal[] => [
  ...PAGE_GOALS,
  ...incidents.nodes.map(({ incidentId, title, status, priority }) => ({
    kind: 'incident',
    name: title,
    detail: [status, priority].filter(Boolean).join(', '),
    address: `/incidents/${encodeURIComponent(incidentId)}`,
  })),
  ...rollouts.nodes.map(({ rolloutId, service, status, release }) => ({
    kind: 'rollout',
    name: `${service} ${release.softwareVersion}+${release.configRev}`,
    detail: words(status),
    address: `/rollouts/${encodeURIComponent(rolloutId)}`,
  })),
  ...alerts.nodes.map(({ alertId, rule, scope, key, state }) => ({
    kind: 'alert',
    name: words(rule),
    detail: `${scope === key ? key : `${words(scope)} ${key}`}, ${state}`,
    address: `/alerts/${encodeURIComponent(alertId)}`,
  })),
  ...customers.nodes.map(({ customerId, name, tier, sector }) => ({
    kind: 'customer',
    name,
    detail: [customerId, `tier ${tier.replace('tier', '')}`, sector].filter(Boolean).join(', '),
    address: `/customers?customer=${encodeURIComponent(customerId)}`,
  })),
];

interface ChoiceProps {
  readonly goals: readonly Goal[];
  readonly go: (goal: Goal) => void;
}

/** A field and what it finds: a combobox whose list is always open (WAI-ARIA, list autocomplete with manual selection). */
const Choice = ({ goals, go }: ChoiceProps) => {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const matches = useMemo(() => found(goals, typed), [goals, typed]);
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
        {matches.length === 0 ? 'Nothing is named so.' : `${matches.length} found; ↑ ↓ choose, Enter goes there`}
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
        go={({ address }) => {
          close();
          history.push(address);
        }}
      />
      {error !== null && <Failure of="what there is" error={error} />}
    </Popup>
  );
};
