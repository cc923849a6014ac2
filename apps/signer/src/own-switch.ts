import { readSwitchFile, type Switch, switchOf } from '#config';
import type { SignerSettings } from './signer.config.js';

/**
 * The kill switch of this machine (RAIL-14), read anew for every command: its setting and, where one is named, its file must both say
 * `on`. What cannot be read is off.
 */
export const readOwnSwitch = async ({
  automation,
  automationFile,
}: Pick<SignerSettings, 'automation' | 'automationFile'>): Promise<Switch> => {
  const setting = switchOf('AUTOMATION', automation);
  return setting.isOn && automationFile !== undefined ? readSwitchFile(automationFile) : setting;
};
