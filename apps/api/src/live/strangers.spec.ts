import { isRefusal, refuse } from '#contracts';
import { Strangers, STRANGERS_PER_ADDRESS_MAX } from './strangers.js';

/** So many may come to nothing. */
const QUOTA = 50;

const strangersOf = () => {
  const spent = new Map<string, number>();
  const isSpent = (_class: string, address: string): boolean => (spent.get(address) ?? 0) >= QUOTA;
  const spend = (_class: string, address: string) => {
    if (isSpent('stranger', address)) return refuse('RATE_LIMITED', 'come again later');
    spent.set(address, (spent.get(address) ?? 0) + 1);
    return undefined;
  };
  return { spent, spend, strangers: new Strangers({ spend, isSpent }) };
};

describe('sockets that have not shown a key', () => {
  it('have a share by address, and one bound for all', () => {
    const { strangers } = strangersOf();
    const admit = (address: string): boolean => !isRefusal(strangers.admit(address));
    const shares = Array.from(
      { length: 11 },
      (_each, at) =>
        Array.from({ length: STRANGERS_PER_ADDRESS_MAX + 1 }, () => admit(`a${at}`)).filter(Boolean).length,
    );
    expect(shares).toEqual([...Array<number>(10).fill(STRANGERS_PER_ADDRESS_MAX), 0]);
  });

  it('that find all places taken by others pay nothing for it', () => {
    const { spent, strangers } = strangersOf();
    for (let at = 0; at < 10; at += 1)
      for (let socket = 0; socket < STRANGERS_PER_ADDRESS_MAX; socket += 1) strangers.admit(`a${at}`);
    const told = Array.from({ length: QUOTA + 1 }, () => strangers.admit('another'));
    expect(new Set(told.map((each) => isRefusal(each) && each.refused))).toEqual(new Set(['SUBSCRIBERS_TOO_MANY']));
    expect([...spent.keys()]).toEqual([]);
  });

  it('make room once, however often they leave', () => {
    const { strangers } = strangersOf();
    const leave = Array.from({ length: STRANGERS_PER_ADDRESS_MAX }, () => strangers.admit('a'))[0] as () => void;
    leave();
    leave();
    expect([strangers.admit('a'), strangers.admit('a')].map(isRefusal)).toEqual([false, true]);
  });

  it('of an address that showed too many bad keys are four at a time, and told to come later', () => {
    const { spent, spend, strangers } = strangersOf();
    while (spend('stranger', 'a') === undefined);
    const told = Array.from({ length: 5 }, () => strangers.admit('a')).map((each) => isRefusal(each) && each.refused);
    expect(told).toEqual([false, false, false, false, 'RATE_LIMITED']);
    spent.clear();
    expect(isRefusal(strangers.admit('a'))).toBe(false);
  });

  it('pay for what comes to nothing, until they are told to wait', () => {
    const { strangers } = strangersOf();
    const why = refuse('NOT_FOUND', 'no such path');
    const told = Array.from({ length: QUOTA + 1 }, () => strangers.spend('a', why).refused);
    expect(new Set(told.slice(0, QUOTA))).toEqual(new Set(['NOT_FOUND']));
    expect(told.at(-1)).toBe('RATE_LIMITED');
  });
});
