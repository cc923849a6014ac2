import { ServerBoots } from './server-boots.js';

/** Plays `2` = a heartbeat of boot 2, `!2` = a crash report that names it; answers how many restarts it makes. */
const restarts = (...story: readonly string[]): number => {
  const boots = new ServerBoots();
  return story.filter((each) => (each.startsWith('!') ? boots.crashed(each.slice(1)) : boots.seen(each))).length;
};

describe('R61: the boots of a server', () => {
  it.each([
    ['the same server', ['1', '1', '1'], 0],
    ['another boot id', ['1', '2', '2'], 1],
    ['a crash, and the boot id after it', ['1', '!1', '2'], 1],
    ['a crash told by the server that came after it', ['1', '!2', '2'], 1],
    ['a crash told late', ['1', '2', '!1', '2'], 1],
    ['crashes told late, without a heartbeat between them', ['1', '!1', '!2', '!3', '!4', '5'], 4],
    ['a crash told twice', ['1', '!1', '!1', '2'], 1],
    ['a crash of a server that was never seen', ['!7', '8'], 1],
  ])('%s', (_, story, count) => expect(restarts(...story)).toBe(count));
});
