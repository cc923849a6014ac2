import type { DeliveryRow } from '#store';
import { shownAddress } from '../delivery-views.js';

/** A delivery as it may be shown: what was said in it may be long, and of an address the rest is a password. */
export const deliveryAnswer = ({ body: _said, address, ...row }: DeliveryRow) => ({
  ...row,
  address: shownAddress(address),
});
