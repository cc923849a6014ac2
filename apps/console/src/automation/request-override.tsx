import { useAct } from '../api/use-act.js';
import { Act } from '../ui/act.js';
import { Field, said, Text } from '../ui/field.js';
import { count, money } from '../ui/figures.js';
import { COMMENT_MAX, OVERRIDE_MIN } from '../ui/limits.js';
import { words } from '../ui/words.js';
import { REQUEST_OVERRIDE, type RollbackRow } from './automation-document.js';

const MINUTE_MS = 60_000;
/** A day: nobody knows better than that how long something lasts. */
const MINUTES_MAX = 1_440;

/** What must be so, or the wish is refused: three of four items are read by the server when it is asked for. */
const Checklist = () => (
  <>
    <p>It is asked for only while all of this is so; the server looks at the first three:</p>
    <ul aria-label="What must be so">
      <li>a critical rule of customer impact fires</li>
      <li>{`it costs more than ${money(OVERRIDE_MIN.dollarsPerHour)} an hour`}</li>
      <li>{`more than ${count(OVERRIDE_MIN.affectedCustomers)} customers are hurt`}</li>
      <li>{`without the rollback it would last more than ${OVERRIDE_MIN.minutes} minutes`}</li>
    </ul>
  </>
);

/** Asks three people to open the rails that refused and that people can open; what nobody can open says so. */
export const RequestOverride = ({ rollback }: { readonly rollback: RollbackRow }) => {
  const { rollbackId, status, openableRails, refusals } = rollback;
  const send = useAct(REQUEST_OVERRIDE);
  const whyOf = (rail: string): string => refusals.findLast((each) => each.rail === rail)?.because ?? '';
  const closed =
    openableRails.length === 0
      ? 'What refused it is not for three people to open: a rail that binds Tocsin alone opens when a person rolls back, and the rest for nobody.'
      : undefined;
  return (
    <Act
      label="Ask for an override"
      needs="operate"
      because={status === 'refused' ? closed : `It is ${words(status)}: no rail refuses it.`}
      done="Asked for: three people vote now."
      isGrave
      send={(form) =>
        send({
          rollbackId,
          rails: openableRails.filter((rail) => form.get(`rail ${rail}`) !== null),
          resolutionEta: Number(said(form, 'minutes')) * MINUTE_MS,
          comment: said(form, 'comment'),
        })
      }
    >
      <p>
        The incident commander and both VPs are asked; within ten minutes all three must say yes, or the rails stay
        shut.
      </p>
      <Checklist />
      <fieldset>
        <legend>Rails to open</legend>
        {openableRails.map((rail) => (
          <label key={rail}>
            <input type="checkbox" name={`rail ${rail}`} defaultChecked /> {words(rail)}: {whyOf(rail)}
          </label>
        ))}
      </fieldset>
      <Field
        label="Minutes until it would be mended without the rollback"
        name="minutes"
        type="number"
        min={OVERRIDE_MIN.minutes + 1}
        max={MINUTES_MAX}
        required
      />
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};
