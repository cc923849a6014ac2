import { json, projection } from './projection.js';

/** A command is issued, then signed; only a signed one leaves. */
export const commandProjection = projection(['command'], {
  CommandIssued: (tx, { command }) =>
    tx.query(
      `insert into command (command_id, rollback_id, redirect_id, wave, generation, status, command, issued_at, expires_at)
       values ($1, $2, $3, $4, $5, 'issued', $6::jsonb, $7, $8)`,
      [
        command.commandId,
        command.rollbackId ?? null,
        command.redirectId ?? null,
        command.wave,
        command.generation,
        json(command),
        command.issuedAtMs,
        command.expiresAtMs,
      ],
    ),
  CommandSigned: (tx, { commandId, signed }) =>
    tx.query(`update command set status = 'signed', signed = $2::jsonb where command_id = $1`, [
      commandId,
      json(signed),
    ]),
});
