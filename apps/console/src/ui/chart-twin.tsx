import { useState } from 'react';
import { momentOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { LongRows } from './long-rows.js';
import { type TwinRow, twinRows } from './twin-rows.js';

interface TwinProps {
  readonly title: string;
  /** ms since the epoch, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
  readonly marks?: readonly { readonly at: number; readonly label: string }[];
  readonly format: (value: number) => string;
}

/** In the order of time, which no heading changes. */
const stays = () => undefined;

/** Every step of the chart in words, the newest first, with what happened in it; a canvas says nothing to a screen reader. */
const TwinTable = ({ title, times, lines, marks = [], format }: TwinProps) => {
  const { zone } = useZone();
  return (
    <LongRows
      label={`${title}, ${times.length} steps`}
      columns={[
        { name: 'at', heading: zone, cell: ({ at }) => momentOf(at, zone) },
        ...lines.map(({ label }, line) => ({
          name: label,
          heading: label,
          isNumber: true,
          cell: ({ values }: TwinRow) => {
            const value = values[line];
            return value == null ? '—' : format(value);
          },
        })),
        { name: 'happened', heading: 'What happened', cell: ({ happened }) => happened.join(', ') },
      ]}
      rows={twinRows(times, lines, marks)}
      keyOf={({ at }) => at}
      none="Nothing was measured in this time."
      order={undefined}
      setOrder={stays}
    />
  );
};

/** The table is there for who opens it; until then it costs nothing each second. */
export const Twin = (props: TwinProps) => {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="twin" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{props.title} as a table</summary>
      {isOpen && <TwinTable {...props} />}
    </details>
  );
};
