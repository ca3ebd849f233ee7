/*
 * Where the trust anchors of Java are on this host.
 */
#ifndef TLSWARD_JAVA_PLACES_H
#define TLSWARD_JAVA_PLACES_H

/*
 * Tells of each file that some Java reads by default, once: of JAVA_HOME, of `java` in PATH, of those below
 * /usr/lib/jvm, and where distributions keep the one for all of them. Where there is a jssecacerts, that one is read
 * and no cacerts:
 * https://docs.oracle.com/en/java/javase/21/security/java-secure-socket-extension-jsse-reference-guide.html
 */
void java_places_find(void (*tell)(void *context, const char *file), void *context);

#endif
