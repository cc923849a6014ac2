import './act.css';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { forbidden, type Permission, useCaller } from '../api/caller.js';
import { useHolding } from '../api/held.js';
import type { UserError } from '../api/use-act.js';
import { Popup } from './popup.js';
import { failureOf, isUnknown, unconfirmed } from './outcome.js';

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
  /** The word by which a key finds it (shell/keys.ts). */
  readonly opens?: string;
  readonly send: (form: FormData) => Promise<readonly UserError[]>;
  /** What will happen, and the fields of the form. */
  readonly children: ReactNode;
}

/** What an act does, and what must be typed for it. */
type Begun = Pick<ActProps, 'label' | 'confirm' | 'done' | 'send'>;

/** Kept while a form is open: what stands on its button must not become another act under the hand that presses it. */
const begunWith = ({ label, confirm, done, send }: ActProps): Begun => ({
  label,
  done,
  send,
  ...(confirm !== undefined && { confirm }),
});

const Confirm = ({ word }: { readonly word: string }) => {
  const id = useId();
  return (
    <p>
      <label htmlFor={id}>
        Type <strong>{word}</strong> to confirm
      </label>
      <input id={id} name="confirm" autoComplete="off" required />
    </p>
  );
};

interface FormProps extends ActProps {
  readonly close: () => void;
  readonly onDone: () => void;
  readonly isSending: boolean;
  readonly setSending: (isSending: boolean) => void;
}

/** The form of an act: it stays open until the act was done, and says why it was not. */
const Form = (props: FormProps) => {
  const { label, confirm, isGrave, send, children, close, onDone, isSending, setSending } = props;
  const [refusals, setRefusals] = useState<readonly string[]>([]);
  // What was sent when nobody knows what came of it: pressed again, the act must be that one and no other.
  const [sent, setSent] = useState<FormData | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const filled = sent ?? new FormData(event.currentTarget);
    // Compared here: a pattern of HTML that a browser cannot read, as of a version with a hyphen, holds nobody back.
    const why = unconfirmed(confirm, filled.get('confirm'));
    if (why !== undefined) return setRefusals([why]);
    setSending(true);
    const errors = await send(filled)
      .then((found) => {
        setSent(null);
        return found.map(({ message, code }) => `Not done: ${message} (${code})`);
      })
      .catch((error: unknown) => {
        setSent(isUnknown(error) ? filled : null);
        return [failureOf(error)];
      });
    setSending(false);
    setRefusals(errors);
    if (errors.length === 0) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <fieldset className="bare" disabled={sent !== null}>
        {children}
        {confirm !== undefined && <Confirm word={confirm} />}
      </fieldset>
      {refusals.map((refusal) => (
        <p key={refusal} role="alert" className="failure">
          {refusal}
        </p>
      ))}
      <p className="choices">
        <button type="button" onClick={close} disabled={isSending}>
          Cancel
        </button>
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
  const { label, needs, because, isGrave, opens } = props;
  const caller = useCaller();
  const { held, holdOrGoOn } = useHolding();
  const [begun, setBegun] = useState<Begun>();
  const [isSending, setSending] = useState(false);
  const [said, setSaid] = useState('');
  const notAllowed = forbidden(caller, needs);
  const why = notAllowed ?? because;
  const id = useId();
  // What is on its way is waited for: what came of it would be said nowhere.
  const close = () => isSending || setBegun(undefined);
  const open = () => {
    // Nobody acts on a page of before.
    if (held !== null) holdOrGoOn();
    setSaid('');
    setBegun(begunWith(props));
  };
  // What was begun is not taken away when it became impossible meanwhile: the server then says why, and so is what was done said on.
  const isOffered = why === undefined || begun !== undefined;
  return (
    <span className="act">
      {isOffered ? (
        <button
          type="button"
          aria-haspopup="dialog"
          className={isGrave === true ? 'grave' : undefined}
          data-opens={opens}
          onClick={open}
        >
          {label}
        </button>
      ) : (
        <>
          <button type="button" aria-disabled="true" aria-describedby={id} title={why} data-opens={opens}>
            {label}
          </button>
          <span id={id} className="quiet why" data-needs={notAllowed && needs}>
            {why}
          </span>
        </>
      )}
      {begun !== undefined && (
        <Popup title={begun.label} close={close}>
          <Form
            {...props}
            {...begun}
            close={close}
            isSending={isSending}
            setSending={setSending}
            onDone={() => {
              setBegun(undefined);
              setSaid(begun.done);
            }}
          />
        </Popup>
      )}
      <span role="status" className="quiet">
        {said}
      </span>
    </span>
  );
};
