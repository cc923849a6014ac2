import { requestIdOf, traceParentOf } from './request-id.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('requestIdOf', () => {
  it.each([
    [{ traceparent: PARENT, 'x-request-id': 'of-the-caller' }, TRACE],
    [{ 'x-request-id': 'of-the-caller' }, 'of-the-caller'],
    [{ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'x-request-id': 'of-the-caller' }, 'of-the-caller'],
    [{ 'x-request-id': 'with space and "quotes"' }, 'made'],
    [{ 'x-request-id': 'x'.repeat(129) }, 'made'],
    [{}, 'made'],
  ])('of %j is %s', (headers, id) => expect(requestIdOf(headers, () => 'made')).toBe(id));
});

describe('traceParentOf', () => {
  it.each([
    [PARENT, { traceId: TRACE, spanId: '00f067aa0ba902b7', isSampled: true }],
    [PARENT.replace(/01$/, '00'), { traceId: TRACE, spanId: '00f067aa0ba902b7', isSampled: false }],
    [PARENT.toUpperCase(), undefined],
    [`${PARENT}-more`, undefined],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
    [undefined, undefined],
  ])('of %s is %j', (header, parent) => expect(traceParentOf(header)).toEqual(parent));
});
