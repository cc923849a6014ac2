import { useAct } from '../api/use-act.js';
import { useAnswer } from '../api/use-answer.js';
import { useNow } from '../time/clock.js';
import { lengthOf } from '../time/moments.js';
import { When } from '../time/when.js';
import { Act } from '../ui/act.js';
import { BREAKER_TONES } from '../ui/breaker-tones.js';
import { Card } from '../ui/card.js';
import { said, Text } from '../ui/field.js';
import { count } from '../ui/figures.js';
import { COMMENT_MAX } from '../ui/limits.js';
import { Mark } from '../ui/mark.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { words } from '../ui/words.js';
import { type ChannelRow, CHANNELS, ENABLE_CHANNEL, TEST_CHANNEL } from './ledger-document.js';

const SUBJECTS: Readonly<Record<string, string>> = {
  change: 'changes',
  command: 'commands',
  notice: 'notices',
  rollout: 'rollouts',
  status: 'status updates',
};

const whyNoTest = (subject: string, isDisabled: boolean): string | undefined => {
  if (subject !== 'page') return `It carries no pages, but ${SUBJECTS[subject] ?? subject}.`;
  return isDisabled ? 'It is disabled: enable it first.' : undefined;
};

const Test = ({ channel: { name, subject, disabledAt } }: { readonly channel: ChannelRow }) => {
  const send = useAct(TEST_CHANNEL);
  return (
    <Act
      label="Send a test"
      needs="operate"
      because={whyNoTest(subject, disabledAt !== null)}
      done="Sent: it stands below, and so does its end."
      send={(form) => send({ name, ...(said(form, 'comment') && { comment: said(form, 'comment') }) })}
    >
      <p>
        A page that says that it is a test leaves by this channel, and its end after it. Whoever it reaches is paged.
      </p>
      <Text label="Why (optional)" name="comment" maxLength={COMMENT_MAX} />
    </Act>
  );
};

const Enable = ({ channel: { name, disabledAt } }: { readonly channel: ChannelRow }) => {
  const send = useAct(ENABLE_CHANNEL);
  return (
    <Act
      label="Enable"
      needs="operate"
      because={disabledAt === null ? 'It is not disabled.' : undefined}
      done="Enabled."
      send={(form) => send({ name, comment: said(form, 'comment') })}
    >
      <p>What waits is sent again from now on.</p>
      <Text label="Why" name="comment" required maxLength={COMMENT_MAX} />
    </Act>
  );
};

const Receivers = ({ receivers }: Pick<ChannelRow, 'receivers'>) =>
  receivers.length === 0 ? (
    <>nothing was sent lately</>
  ) : (
    <ul>
      {receivers.map(({ address, breaker, failures, lastDeliveredAt, lastFailedAt }) => (
        <li key={address ?? ''}>
          {address !== null && `${address}: `}
          <Mark tone={BREAKER_TONES[breaker] ?? 'still'}>{breaker === 'closed' ? 'answers' : words(breaker)}</Mark>
          {lastDeliveredAt !== null && (
            <>
              {' '}
              last <When at={lastDeliveredAt} />
            </>
          )}
          {failures > 0 && (
            <>
              {' '}
              {count(failures)} failures, the last <When at={lastFailedAt} />
            </>
          )}
        </li>
      ))}
    </ul>
  );

const Waits = ({ channel: { pending, oldestPendingAt } }: { readonly channel: ChannelRow }) => {
  const now = useNow();
  return (
    <>
      {count(pending)}
      {oldestPendingAt !== null && `, the oldest for ${lengthOf(now - Date.parse(oldestPendingAt))}`}
    </>
  );
};

/** When the channels are read again: by events, and since what waits grows older. */
export const CHANNELS_READ = { follows: ['channel-', 'delivery-'], everyMs: 10_000 };

/** The ways out: whether each is open, what waits before it, and a test of it. */
export const Channels = () => (
  <Card title="Ways out" className="wide">
    <Reading of="the channels" answer={useAnswer('channels', CHANNELS, {}, CHANNELS_READ)}>
      {({ channels }) => (
        <Rows
          label="Channels"
          columns={[
            { heading: 'Channel', cell: ({ name }) => name },
            { heading: 'For', cell: ({ subject }) => subject },
            {
              heading: 'State',
              cell: ({ disabledAt, disabledBecause }) =>
                disabledAt === null ? (
                  <Mark tone="good">open</Mark>
                ) : (
                  <>
                    <Mark tone="bad">disabled</Mark> <When at={disabledAt} />: {disabledBecause}
                  </>
                ),
            },
            { heading: 'Receivers', cell: ({ receivers }) => <Receivers receivers={receivers} /> },
            { heading: 'Waits', cell: (channel) => <Waits channel={channel} /> },
            {
              heading: 'Acts',
              cell: (channel) => (
                <>
                  <Test channel={channel} /> {channel.disabledAt !== null && <Enable channel={channel} />}
                </>
              ),
            },
          ]}
          rows={channels.nodes}
          keyOf={({ name }) => name}
          none="No way out is set up, so nobody can be paged: set PAGERDUTY_ROUTING_KEY, SLACK_WEBHOOK_URL or another one of .env.example."
        />
      )}
    </Reading>
  </Card>
);
