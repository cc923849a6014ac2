import './act.css';
import { Dialog } from '@base-ui/react/dialog';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { forbidden, type Permission, useCaller } from '../api/caller.js';
import type { UserError } from '../api/use-act.js';

interface ActProps {
  /** What the button says, and what is done: a verb. */
  readonly label: string;
  readonly needs: Permission;
  /** Why it cannot be done as things are; undefined: it can. */
  readonly because?: string | undefined;
  /** What must be typed before it is done, of acts that reach the fleet. */
  readonly confirm?: string;
  readonly done: string;
  readonly isGrave?: boolean;
  readonly send: (form: FormData) => Promise<readonly UserError[]>;
  /** What will happen, and the fields of the form. */
  readonly children: ReactNode;
}

const Confirm = ({ word }: { readonly word: string }) => {
  const id = useId();
  return (
    <p>
      <label htmlFor={id}>
        Type <strong>{word}</strong> to confirm
      </label>
      <input
        id={id}
        name="confirm"
        autoComplete="off"
        required
        pattern={word.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}
      />
    </p>
  );
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The form of an act: it stays open until the act was done, and says why it was not. */
const Form = ({ label, confirm, isGrave, send, children, onDone }: ActProps & { readonly onDone: () => void }) => {
  const [refusals, setRefusals] = useState<readonly string[]>([]);
  const [isSending, setSending] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSending(true);
    const errors = await send(new FormData(event.currentTarget))
      .then((found) => found.map(({ message, code }) => `${message} (${code})`))
      .catch((error: unknown) => [messageOf(error)]);
    setSending(false);
    setRefusals(errors);
    if (errors.length === 0) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {children}
      {confirm !== undefined && <Confirm word={confirm} />}
      {refusals.map((refusal) => (
        <p key={refusal} role="alert" className="failure">
          Not done: {refusal}
        </p>
      ))}
      <p className="choices">
        <Dialog.Close>Cancel</Dialog.Close>
        <button type="submit" className={isGrave === true ? 'grave' : 'chosen'} disabled={isSending}>
          {isSending ? 'Sending …' : label}
        </button>
      </p>
    </form>
  );
};

/**
 * A button for one act, and the dialog that says what it will do before it is done. What the caller may not do, and what cannot be done
 * as things are, stays in its place and says why.
 */
export const Act = (props: ActProps) => {
  const { label, needs, because, done, isGrave } = props;
  const caller = useCaller();
  const [isOpen, setOpen] = useState(false);
  const [said, setSaid] = useState('');
  const why = forbidden(caller, needs) ?? because;
  const id = useId();
  if (why !== undefined)
    return (
      <span className="act">
        <button type="button" aria-disabled="true" aria-describedby={id} title={why}>
          {label}
        </button>
        <span id={id} className="quiet why">
          {why}
        </span>
      </span>
    );
  return (
    <span className="act">
      <Dialog.Root open={isOpen} onOpenChange={(open) => setOpen(open)}>
        <Dialog.Trigger className={isGrave === true ? 'grave' : undefined}>{label}</Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Backdrop className="behind" />
          <Dialog.Popup className="dialog">
            <Dialog.Title>{label}</Dialog.Title>
            <Form
              {...props}
              onDone={() => {
                setOpen(false);
                setSaid(done);
              }}
            />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <span role="status" className="quiet">
        {said}
      </span>
    </span>
  );
};
