import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Zone } from './moments.js';

interface ZoneChoice {
  readonly zone: Zone;
  readonly choose: (zone: Zone) => void;
}

const ZoneContext = createContext<ZoneChoice>({ zone: 'UTC', choose: () => undefined });
const PLACE = 'tocsin.zone';

/** Holds by which clock moments are shown: UTC unless chosen otherwise, since a whole room must speak of one time. */
export const ZoneProvider = ({ children }: { readonly children: ReactNode }) => {
  const [zone, setZone] = useState<Zone>(() => (localStorage.getItem(PLACE) === 'local' ? 'local' : 'UTC'));
  const value = useMemo(
    () => ({
      zone,
      choose: (chosen: Zone) => {
        localStorage.setItem(PLACE, chosen);
        setZone(chosen);
      },
    }),
    [zone],
  );
  return <ZoneContext value={value}>{children}</ZoneContext>;
};

/** The clock by which moments are shown. */
export const useZone = (): ZoneChoice => useContext(ZoneContext);
