#!/usr/bin/env node
import { runProcess } from '#runtime';
import { aggregator } from '../../aggregator/src/aggregator.role.js';
import { api } from '../../api/src/api.role.js';
import { dispatcher } from '../../dispatcher/src/dispatcher.role.js';
import { gateway } from '../../gateway/src/gateway.role.js';
import { rules } from '../../rules/src/rules.role.js';

await runProcess([gateway, aggregator, rules, dispatcher, api]);
