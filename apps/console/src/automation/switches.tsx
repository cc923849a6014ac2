import { useAct } from '../api/use-act.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { BREAKER_TONES } from '../ui/breaker-tones.js';
import { Card } from '../ui/card.js';
import { Select, said, Text } from '../ui/field.js';
import { count } from '../ui/figures.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark } from '../ui/mark.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { type AutomationAnswer, RESET_RATE, SET_MODE, SWITCH } from './automation-document.js';

type Automation = AutomationAnswer['automation'];

const KillSwitch = ({ automation: { isOn } }: { readonly automation: Automation }) => {
  const send = useAct(SWITCH);
  const word = isOn ? 'off' : 'on';
  return (
    <Act
      label={`Switch ${word}`}
      needs="administer"
      confirm={word}
      done={`Switched ${word}.`}
      isGrave
      send={(form) => send({ isOn: !isOn, comment: said(form, 'comment') })}
    >
      <p>
        {isOn
          ? 'Nothing is commanded from then on: no rollback, no redirect, no fallback, of no service. What is judged and whom it pages stays.'
          : 'Whatever rules and rails let pass is commanded again.'}
      </p>
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

/** How far Tocsin goes by itself, in words. */
const MODES = [
  ['auto', 'auto: does what the rails let pass'],
  ['approve', 'approve: proposes, and waits for a second person'],
  ['recommend', 'recommend: says what it would do'],
  ['observe', 'observe: judges, and does nothing'],
] as const;
type Mode = (typeof MODES)[number][0];

const SetMode = ({ service, mode }: { readonly service: string; readonly mode: Mode }) => {
  const send = useAct(SET_MODE);
  return (
    <Act
      label="Set mode"
      needs="administer"
      done="Set."
      send={(form) => send({ service, mode: said(form, 'mode') as Mode, comment: said(form, 'comment') })}
    >
      <Select label={`What Tocsin may do with ${service}`} name="mode" options={MODES} defaultValue={mode} />
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

const ResetRate = ({ service }: { readonly service: string }) => {
  const send = useAct(RESET_RATE);
  return (
    <Act
      label="Reset rate"
      needs="operate"
      done="Reset."
      send={(form) => send({ service, comment: said(form, 'comment') })}
    >
      <p>Rollbacks of {service} that came before no longer count against how many there may be in a time.</p>
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

const Breaker = ({ breaker }: { readonly breaker: AutomationAnswer['breakers']['nodes'][number] | undefined }) =>
  breaker === undefined ? (
    <>no update was made</>
  ) : (
    <>
      <Mark tone={BREAKER_TONES[breaker.status] ?? 'still'}>{words(breaker.status)}</Mark> {breaker.because}{' '}
      {count(breaker.healthy)} healthy, {count(breaker.unhealthy)} unhealthy, {count(breaker.running.length)} under way
    </>
  );

const Since = ({ mode }: { readonly mode: Automation['services'][number]['mode'] }) =>
  mode === null ? (
    <>as it comes</>
  ) : (
    <>
      <When at={mode.at} /> {mode.by}: {mode.comment}
    </>
  );

const RateRail = ({ automation: { rateRail } }: { readonly automation: Automation }) => (
  <p>
    {rateRail === null ? (
      'Rate rail: there were never three automatic rollbacks within a day.'
    ) : (
      <>
        Rate rail: it shut last <When at={rateRail.at} />, with {count(rateRail.plans)} plans: {rateRail.because}. It
        binds every service for which it was not reset since.
      </>
    )}
  </p>
);

/** Whether the rate rail lets a service pass, as far as it was shut for the day; what is half an hour old binds beside that. */
const Rate = ({
  rateRail,
  reset,
}: {
  readonly rateRail: Automation['rateRail'];
  readonly reset: Automation['services'][number]['rateReset'];
}) => {
  const isShut = rateRail !== null && (reset === null || Date.parse(reset.at) < Date.parse(rateRail.at));
  return (
    <>
      {isShut ? <Mark tone="warn">binds</Mark> : <Mark tone="good">holds</Mark>}
      {reset !== null && (
        <>
          {' '}
          reset <When at={reset.at} /> by {reset.by}: {reset.comment}
        </>
      )}
    </>
  );
};

const LastSwitch = ({ automation: { lastSwitch } }: { readonly automation: Automation }) =>
  lastSwitch === null ? (
    <>The kill switch was never touched.</>
  ) : (
    <>
      Switched {lastSwitch.isOn ? 'on' : 'off'} <When at={lastSwitch.at} /> by {lastSwitch.by}: {lastSwitch.comment}
    </>
  );

/** The kill switch, the rate rail, and how far Tocsin goes with each service. */
export const Switches = ({ answer: { automation, breakers, rollouts } }: { readonly answer: AutomationAnswer }) => {
  const modes = new Map(automation.services.map((each) => [each.service, each.mode]));
  const resets = new Map(automation.services.map((each) => [each.service, each.rateReset]));
  const updates = new Map(breakers.nodes.map((each) => [each.service, each]));
  const services = [...new Set([...modes.keys(), ...updates.keys(), ...rollouts.nodes.map(({ service }) => service)])];
  return (
    <Card
      title="What it may do"
      className="wide"
      aside={automation.isOn ? <Mark tone="good">on</Mark> : <Mark tone="bad">off: kill switch</Mark>}
    >
      <p>
        <LastSwitch automation={automation} /> <KillSwitch automation={automation} />
      </p>
      <RateRail automation={automation} />
      <Rows
        label="Services"
        columns={[
          { heading: 'Service', cell: (service) => service },
          { heading: 'Mode', cell: (service) => words(modes.get(service)?.mode ?? 'auto') },
          { heading: 'Since', cell: (service) => <Since mode={modes.get(service) ?? null} /> },
          {
            heading: 'Rate rail',
            cell: (service) => <Rate rateRail={automation.rateRail} reset={resets.get(service) ?? null} />,
          },
          { heading: 'Circuit breaker', cell: (service) => <Breaker breaker={updates.get(service)} /> },
          {
            heading: 'Acts',
            cell: (service) => (
              <>
                <SetMode service={service} mode={modes.get(service)?.mode ?? 'auto'} /> <ResetRate service={service} />
              </>
            ),
          },
        ]}
        rows={services}
        keyOf={(service) => service}
        none="No rollout was told, so there is no service yet whose mode could be set."
      />
    </Card>
  );
};
