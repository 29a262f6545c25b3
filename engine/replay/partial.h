/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as lines that add up: what one machine counted of its part of the
 * logs. Several such files, one after the other, are one such file.
 *
 *   {"weighbridge":"partial","v":1,"sides":1,"mode":..,"generation":..,
 *    "against":..,"rates":0}
 *   {"numbers":SIDE,"read":..,"left_out":..,"allow":..,"reject":..,
 *    "browsers_charged":..,"labelled":..,"timed":..,"first":..,"last":..,
 *    "faults":[..],"classes":[..],"bytes":[..],"confusion":[..]}
 *   {"hours":SIDE,"of":[7 * 24 * 4 numbers]}
 *   {"row":SIDE,"table":"agents","name":..,"other":..,"asset":..,
 *    "requests":..,"charged":..,"amount":"..","overflow":0}
 *   {"asset":SIDE,"address":..,"network":..,"symbol":..,"decimals":..}
 *   {"time":SIDE,"asset":null,"start":..,"width":..,"of":[4],"charged":..,
 *    "amount":".."}
 *   {"moved":[class, action, price]}
 *   {"end":LINES}
 */
#ifndef WB_REPLAY_PARTIAL_H
#define WB_REPLAY_PARTIAL_H

#include "replay/result.h"

#define PARTIAL_HOURS ((size_t)WEEK_DAYS * DAY_HOURS * TALLY_CLASSES)
#define PARTIAL_MOVES "moves" /* the table that is no tally's */

#endif
