import { useId, useState } from 'react';

interface ChoiceProps {
  readonly label: string;
  /** Undefined: any. */
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, shown: string])[];
  readonly choose: (value: string | undefined) => void;
}

/** One of a few, or any. */
export const Choice = ({ label, value, options, choose }: ChoiceProps) => {
  const id = useId();
  return (
    <label htmlFor={id}>
      {label}
      <select id={id} value={value ?? ''} onChange={({ target }) => choose(target.value || undefined)}>
        <option value="">any</option>
        {options.map(([each, shown]) => (
          <option key={each} value={each}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
};

interface FindProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly choose: (value: string | undefined) => void;
}

/** A few letters of what is looked for. */
export const Find = ({ label, value, choose }: FindProps) => {
  const id = useId();
  return (
    <label htmlFor={id}>
      {label}
      <input id={id} type="search" value={value ?? ''} onChange={({ target }) => choose(target.value || undefined)} />
    </label>
  );
};

/** What is matched whole, and so is asked for when it was written: with Enter, or when one goes on. */
export const Exactly = ({ label, value, choose }: FindProps) => {
  const id = useId();
  const [shown, setShown] = useState({ of: value, text: value ?? '' });
  // The address may change without this field: by the way back.
  if (shown.of !== value) setShown({ of: value, text: value ?? '' });
  const ask = () => choose(shown.text.trim() || undefined);
  return (
    <label htmlFor={id}>
      {label}
      <input
        id={id}
        type="search"
        value={shown.text}
        onChange={({ target }) => setShown({ of: value, text: target.value })}
        onBlur={ask}
        onKeyDown={({ key }) => {
          if (key === 'Enter') ask();
        }}
      />
    </label>
  );
};
