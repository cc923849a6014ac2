import { OUTCOMES } from '#contracts';
import { frameOf, messageOf } from './frame.fixture.js';
import { RecentNames, SERIAL_SETTLE_US } from './recent-names.js';
import { Tap } from './tap.js';
import { createZoneFinder } from './zone-finder.js';

const START_US = 1_700_000_000_000_000;
const HOUR_US = 3_600_000_000;

/** A node that answers; each answer tells its outcome. */
const startNode = () => {
  const told: (string | undefined)[] = [];
  const tap = new Tap(
    createZoneFinder(['shop.example']),
    ({ outcome }) => told.push(OUTCOMES.find(({ code }) => code === outcome)?.name),
    new RecentNames(1),
  );
  let nowUs = START_US;
  const answer = (name: string, parts: { rcode?: number; answers?: number; serial?: number }) => {
    nowUs += 1;
    const responseMessage = messageOf({ name, isResponse: true, ...parts });
    tap.take(frameOf({ type: 2, queryAtUs: nowUs - 1, responseAtUs: nowUs, responseMessage }));
    return told.at(-1);
  };
  return {
    data: (name: string) => answer(name, { answers: 1 }),
    nodata: (serial: number) => answer('shop.example', { serial }),
    nxdomain: (name: string, serial?: number) =>
      answer(name, { rcode: 3, ...(serial === undefined ? {} : { serial }) }),
    pass: (us: number): void => {
      nowUs += us;
      tap.advance(nowUs);
    },
  };
};
/** One that knows serial 1 and has answered for www. */
const settledNode = () => {
  const node = startNode();
  node.nodata(1);
  node.pass(SERIAL_SETTLE_US);
  node.data('www.shop.example');
  return node;
};

describe('NXDOMAIN for a name that was answered with data', () => {
  it('is a wrong answer under the same serial, whatever the case of its letters', () => {
    expect(settledNode().nxdomain('www.shop.example', 1)).toBe('wrong_answer');
    expect(settledNode().nxdomain('WWW.Shop.example', 1)).toBe('wrong_answer');
  });

  it('is a wrong answer when it has no SOA to say that the zone changed', () => {
    expect(settledNode().nxdomain('www.shop.example')).toBe('wrong_answer');
  });

  it('is a deletion when the serial moved, also afterwards', () => {
    const node = settledNode();
    expect(node.nxdomain('www.shop.example', 2)).toBe('nxdomain');
    node.pass(HOUR_US);
    expect(node.nxdomain('www.shop.example', 2)).toBe('nxdomain');
  });

  it('is wrong again when the name was answered under the new serial', () => {
    const node = settledNode();
    node.nodata(2);
    node.pass(SERIAL_SETTLE_US);
    node.data('www.shop.example');
    expect(node.nxdomain('www.shop.example', 2)).toBe('wrong_answer');
  });

  it('what a worker still answers from the old zone does not speak for the new one', () => {
    const node = settledNode();
    node.nodata(2);
    node.data('gone.shop.example');
    node.pass(SERIAL_SETTLE_US);
    expect(node.nxdomain('gone.shop.example', 2)).toBe('nxdomain');
  });

  it('is remembered for 24 h, and not for 33 h', () => {
    const day = settledNode();
    day.pass(23 * HOUR_US);
    expect(day.nxdomain('www.shop.example', 1)).toBe('wrong_answer');
    const longer = settledNode();
    longer.pass(33 * HOUR_US);
    expect(longer.nxdomain('www.shop.example', 1)).toBe('nxdomain');
  });

  it('other names, foreign zones and unknown serials are not suspected', () => {
    const node = settledNode();
    expect(node.nxdomain('wwv.shop.example', 1)).toBe('nxdomain');
    node.data('www.notours.example');
    expect(node.nxdomain('www.notours.example', 1)).toBe('nxdomain');
    const fresh = startNode();
    fresh.data('www.shop.example');
    expect(fresh.nxdomain('www.shop.example', 1)).toBe('nxdomain');
  });
});
