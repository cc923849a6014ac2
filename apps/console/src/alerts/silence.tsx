import { useState } from 'react';
import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { Field, said, Text } from '../ui/field.js';
import { count } from '../ui/figures.js';
import { SILENCE_COMMENT_MAX } from '../ui/limits.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { words } from '../ui/words.js';
import { ALERT_TONES, type AlertAnswer, SILENCE, SILENCE_PREVIEW } from './alert-document.js';
import { type Selected, selectorOf } from './held-back.js';

const MINUTE_MS = 60_000;
/** A week, as the server takes it at most. */
const MINUTES_MAX = 10_080;

interface PreviewProps {
  readonly where: readonly Selected[];
  readonly minutes: number;
}

/** What it would hold back if it were set now. */
const Preview = ({ where, minutes }: PreviewProps) => {
  const asked = { where: [...where], duration: minutes * MINUTE_MS };
  const answer = useAnswer('silence-preview', SILENCE_PREVIEW, asked, { follows: ['alert-', 'silence-'] });
  return (
    <Reading of="what it would hold back" answer={answer}>
      {({ silencePreview: preview }) =>
        preview === null ? (
          <p>What it would hold back is not known.</p>
        ) : (
          <div role="group" aria-label="Preview">
            <p>
              Until <When at={preview.endsAt} /> it holds back the pages of {count(preview.alerts.length)} of the{' '}
              {count(preview.compared)} alerts that are open now{preview.alerts.length === 0 ? '.' : ':'}
            </p>
            <ul>
              {preview.alerts.map(({ alertId, rule, key, severity, state }) => (
                <li key={alertId}>
                  {words(rule)} on {key} <Mark tone={ALERT_TONES[state]}>{state}</Mark> {severity}
                </li>
              ))}
            </ul>
            <p className="quiet">And of any that begins until then and fits.</p>
          </div>
        )
      }
    </Reading>
  );
};

const Fields = ({ where }: { readonly where: readonly Selected[] }) => {
  const [minutes, setMinutes] = useState(60);
  const isLength = Number.isInteger(minutes) && minutes >= 1 && minutes <= MINUTES_MAX;
  return (
    <>
      <p>
        Pages are held back where{' '}
        {where.map(({ label, patterns }) => `${label} is ${patterns.join(' or ')}`).join(' and ')}. The alerts are
        recorded all the same.
      </p>
      <Field
        label="Minutes"
        name="minutes"
        type="number"
        min={1}
        max={MINUTES_MAX}
        value={Number.isNaN(minutes) ? '' : minutes}
        onChange={({ target }) => setMinutes(target.valueAsNumber)}
        required
      />
      {isLength && <Preview where={where} minutes={minutes} />}
      <Text label="Why" name="comment" required maxLength={SILENCE_COMMENT_MAX} />
    </>
  );
};

/** Silences this rule on this subject, and nothing beside it where labels can say so: what is wider is written by hand, with the CLI. */
export const Silence = ({ alert: { rule, scope, key, state } }: { readonly alert: AlertAnswer }) => {
  const send = useAct(SILENCE);
  const where = selectorOf({ rule, scope, key });
  return (
    <Act
      label="Silence"
      needs="operate"
      because={state === 'resolved' ? 'It is over.' : undefined}
      done="Silenced."
      send={(form) =>
        send({ where, duration: Number(said(form, 'minutes')) * MINUTE_MS, comment: said(form, 'comment') })
      }
    >
      <Fields where={where} />
    </Act>
  );
};
