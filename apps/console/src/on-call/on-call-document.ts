import { graphql, type ResultOf } from '../api/graphql.js';

/** Who is on call now, whom each level reaches, where nobody is, and who stands in for whom. */
export const ON_CALL = graphql(`
  query OnCall {
    onCall {
      at
      plan {
        source
        version
        loadedAt
        loadedBy
        isFile
      }
      lastReload {
        refusedAt
        refusedSource
        refusedProblems
      }
      schedules {
        schedule
        person
        until
        timeZone
        scheduleOverrideId
        next {
          from
          person
        }
      }
      policies {
        policy
        levels {
          level
          wait
          nobody
          reached {
            channel
            person
          }
        }
      }
      overrides {
        scheduleOverrideId
        schedule
        person
        from
        until
        comment
        madeBy
        madeAt
        withdrawnAt
        withdrawnBy
      }
      gaps {
        schedule
        from
        until
      }
      warnings {
        pointer
        detail
      }
    }
    drills(first: 10) {
      nodes {
        drillId
        status
        channel
        requestedAt
        requestedBy
        finishedAt
        deadlineAt
        missed
        because
        hops {
          hop
          at
        }
      }
    }
  }
`);
/** The shifts of one schedule. */
export const SHIFTS = graphql(`
  query Shifts($schedule: String!, $from: DateTime!, $to: DateTime!) {
    shifts(schedule: $schedule, from: $from, to: $to) {
      schedule
      timeZone
      from
      until
      shifts {
        from
        until
        person
        scheduleOverrideId
      }
      gaps {
        from
        until
      }
    }
  }
`);
/** Plays a fault through the whole way to a page. */
export const BEGIN_DRILL = graphql(`
  mutation BeginDrill($input: BeginDrillInput!) {
    beginDrill(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Puts somebody in for whoever the schedule names. */
export const OVERRIDE_SCHEDULE = graphql(`
  mutation OverrideSchedule($input: OverrideScheduleInput!) {
    overrideSchedule(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);
/** Takes that back. */
export const WITHDRAW_OVERRIDE = graphql(`
  mutation WithdrawOverride($input: WithdrawScheduleOverrideInput!) {
    withdrawScheduleOverride(input: $input) {
      userErrors {
        code
        message
        path
      }
    }
  }
`);

/** All that the page says. */
export type OnCallAnswer = ResultOf<typeof ON_CALL>;
/** Who is on call. */
export type OnCallNow = OnCallAnswer['onCall'];
/** A drill in a list. */
export type DrillRow = OnCallAnswer['drills']['nodes'][number];
