import { type InputHTMLAttributes, type TextareaHTMLAttributes, useId } from 'react';
import { NAME_PATTERN } from './limits.js';

type FieldProps = InputHTMLAttributes<HTMLInputElement> & { readonly label: string; readonly name: string };

/** A line to fill in, with its label. */
export const Field = ({ label, ...input }: FieldProps) => {
  const id = useId();
  return (
    <p>
      <label htmlFor={id}>{label}</label>
      <input id={id} {...input} />
    </p>
  );
};

/** Somebody by the name that the plan of on-call has: letters, digits and `. _ : -` alone. */
export const Person = (props: FieldProps) => (
  <Field {...props} pattern={NAME_PATTERN} title="1 to 64 of A-Z a-z 0-9 . _ : -" maxLength={64} />
);

type TextProps = TextareaHTMLAttributes<HTMLTextAreaElement> & { readonly label: string; readonly name: string };

/** Several lines to fill in, with their label. */
export const Text = ({ label, ...input }: TextProps) => {
  const id = useId();
  return (
    <p>
      <label htmlFor={id}>{label}</label>
      <textarea id={id} rows={4} {...input} />
    </p>
  );
};

/** What a form holds under a name, as text. */
export const said = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
};

interface SelectProps {
  readonly label: string;
  readonly name: string;
  readonly options: readonly (readonly [value: string, shown: string])[];
  readonly defaultValue?: string | undefined;
}

/** One of a few, with their label. */
export const Select = ({ label, options, ...select }: SelectProps) => {
  const id = useId();
  return (
    <p>
      <label htmlFor={id}>{label}</label>
      <select id={id} {...select}>
        {options.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    </p>
  );
};
