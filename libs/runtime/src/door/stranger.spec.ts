import fc from 'fast-check';
import { strangerOf } from './stranger.js';

const group = fc.integer({ min: 0, max: 0xffff });
const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
const written = (words: readonly number[]): string => words.map((word) => word.toString(16)).join(':');
/** As short as a URL writes it: with `::` for zeroes. */
const shortened = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);

describe('as whom an address is counted', () => {
  it.each([
    ['an address of IPv4', '192.0.2.7', '192.0.2.7'],
    ['one that is written as IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
    ['one that is written as IPv6 in hexadecimal', '::FFFF:c000:207', '192.0.2.7'],
    ['one with a port, as some balancers tell it', '192.0.2.7:50123', '192.0.2.7'],
    ['IPv6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['IPv6 of the same network', '2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['IPv6 in large letters', '2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['IPv6 of the next network', '2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['IPv6 with a port', '[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['IPv6 in brackets', '[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['IPv6 that holds an address of IPv4 and is none', '64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
    ['the machine itself', '::1', '0:0:0:0::/64'],
    ['a neighbour, by its zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['the same by another zone', 'fe80::2%en1', 'fe80:0:0:0::/64'],
    ['nothing', '', 'unreadable'],
    ['a word of a proxy', 'unknown', 'unreadable'],
    ['another word of a proxy', '_hidden', 'unreadable'],
    ['half an address', '192.0.2', 'unreadable'],
    ['an address too many', '192.0.2.7, 192.0.2.8', 'unreadable'],
  ])('%s: %s', (_what, address, expected) => {
    expect(strangerOf(address)).toBe(expected);
  });

  it('is the same for every address of a network, however it is written, and another for another network', () => {
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), groups(4), (network, host, otherNetwork, otherHost) => {
        // Where all four are zeroes, an address of IPv4 may be meant.
        fc.pre([network, otherNetwork].every((words) => words.some((word) => word !== 0)));
        const who = strangerOf(written([...network, ...host]));
        expect(strangerOf(shortened(written([...network, ...otherHost])))).toBe(who);
        expect(strangerOf(written([...otherNetwork, ...host])) === who).toBe(
          written(otherNetwork) === written(network),
        );
      }),
    );
  });

  it('is no other for an address of IPv4 that is written as IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect([strangerOf(`::ffff:${address}`), strangerOf(address)]).toEqual([address, address]);
      }),
    );
  });

  it('is short, whatever a proxy tells', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 9_000 }), fc.ipV6()), (text) => {
        expect(strangerOf(text).length).toBeLessThanOrEqual(32);
      }),
    );
  });
});
