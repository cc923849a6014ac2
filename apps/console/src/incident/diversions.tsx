import { Link } from '@tanstack/react-router';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Mark } from '../ui/mark.js';
import { FALLBACK_TONES, REDIRECT_TONES } from '../automation/diversion-tones.js';
import { words } from '../ui/words.js';
import type { IncidentAnswer } from './incident-document.js';

/** Where traffic and customers were led for it; nothing is shown where nothing was. */
export const Diversions = ({ incident: { redirects, fallbacks } }: { readonly incident: IncidentAnswer }) =>
  redirects.length + fallbacks.length > 0 && (
    <Card title="Led elsewhere" aside={<Link to="/automation">Automation</Link>}>
      <ul aria-label="Led elsewhere">
        {redirects.map(({ redirectId, scope, key, status, because, decidedAt, endedAt }) => (
          <li key={redirectId}>
            Traffic of {scope} {key} <Mark tone={REDIRECT_TONES[status]}>{words(status)}</Mark> {because},{' '}
            <When at={decidedAt} />
            {endedAt !== null && (
              <>
                {' '}
                to <When at={endedAt} />
              </>
            )}
          </li>
        ))}
        {fallbacks.map(({ fallbackId, customerId, provider, status, isDryRun, because, decidedAt }) => (
          <li key={fallbackId}>
            <Link to="/customers/$id" params={{ id: customerId }}>
              {customerId}
            </Link>{' '}
            to {words(provider)} <Mark tone={FALLBACK_TONES[status]}>{status}</Mark>
            {isDryRun && ' (only told, not done)'} {because}, <When at={decidedAt} />
          </li>
        ))}
      </ul>
    </Card>
  );
