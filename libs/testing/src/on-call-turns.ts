/** How somebody is reached. */
interface Contact {
  readonly channel: string;
  readonly address?: string;
}

/**
 * A plan as it is sent: Ann and Bob take turns of a day at 09:00 in Berlin, and five minutes later Vera is called, the VP. `contactsOf`: how
 * each of them is reached.
 */
export const onCallTurns = (contactsOf: (person: string) => readonly Contact[]) => ({
  people: ['ann', 'bob', 'vera'].map((person) => ({ person, contacts: contactsOf(person) })),
  schedules: [
    {
      schedule: 'primary',
      timeZone: 'Europe/Berlin',
      rotations: [{ people: ['ann', 'bob'], startsAt: '2021-07-22T09:00', shiftDays: 1 }],
    },
  ],
  vp: { person: 'vera' },
  policies: [
    {
      policy: 'default',
      levels: [
        { call: [{ schedule: 'primary' }], waitMs: 300_000 },
        { call: [{ vp: true }], waitMs: 300_000 },
      ],
      repeats: 1,
      raises: [],
      acknowledgedForMs: null,
    },
  ],
});
