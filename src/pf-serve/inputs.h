/* Inputs of crashes, by what they hold. */
#ifndef PF_SERVE_INPUTS_H
#define PF_SERVE_INPUTS_H

/* The directory where they are; borrowed. NULL: there is none. */
void inputs_set(const char *directory);

#endif
