/*
 * Makes the n-th call to libhdf5 or to the file system fail, wherever in this process or its children it comes from.
 *
 * faults.c defines the functions of the C library that libvaelib and libhdf5 call, and a program that is linked with it
 * puts them before the real ones; one of them is dlsym(), which gives libvaelib its functions of libhdf5. Nothing fails
 * before faults_arm() and after faults_disarm().
 */
#ifndef FAULTS_H
#define FAULTS_H

/* The n-th call from now on fails, n from 1 on; 0 counts only. */
void faults_arm(long nth);

/* Every call of this function fails from now on, uncounted; "" for none. */
void faults_refuse(const char *name);

/* Ends what faults_arm() began; returns how many calls there were. */
long faults_disarm(void);

/* What faults_arm() was last told, in this process or a child. */
long faults_position(void);

/* The name of the function that failed since faults_arm(); "" if none did. */
const char *faults_failed(void);

/* How many HDF5 identifiers this process opened and did not close since faults_arm(). */
long faults_identifiers(void);

/* Whether libvaelib has got its libhdf5 with every function that can fail replaced. */
int faults_are_complete(void);

#endif
