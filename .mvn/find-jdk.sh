# Finds a JDK 25 or later and exports it as JAVA_HOME. POSIX sh, to be sourced:
#
#   . "$project/.mvn/find-jdk.sh"
#
# Looks at JAVA_HOME, then at `java` on the PATH, then in the usual places, where a JDK 25 is preferred to a later one.
# When there is none it says so on stderr and exits the sourcing script with 1.

slotstream_min_jdk=25

# Prints the major version of the JDK in $1, or 0 when there is no JDK (a JRE has no javac and does not count).
slotstream_jdk_version() {
  slotstream_version=
  if [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ]; then
    if [ -r "$1/release" ]; then
      slotstream_version=$(sed -n 's/^JAVA_VERSION="\([0-9][0-9]*\).*/\1/p' "$1/release")
    fi
    if [ -z "$slotstream_version" ]; then
      slotstream_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9][0-9]*\).*/\1/p')
    fi
  fi
  echo "${slotstream_version:-0}"
}

# Prints the home of the JDK to use; fails when there is none.
slotstream_find_jdk() {
  if [ -n "${JAVA_HOME-}" ] && [ "$(slotstream_jdk_version "$JAVA_HOME")" -ge "$slotstream_min_jdk" ]; then
    echo "$JAVA_HOME"
    return 0
  fi
  if command -v java >/dev/null 2>&1; then
    slotstream_home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
    if [ -n "$slotstream_home" ] && [ "$(slotstream_jdk_version "$slotstream_home")" -ge "$slotstream_min_jdk" ]; then
      echo "$slotstream_home"
      return 0
    fi
  fi
  set +f # the sourcing script may have switched globbing off; this runs in a subshell
  slotstream_later=
  for slotstream_home in \
    /usr/lib/jvm/* /opt/java/* /opt/*jdk* \
    "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*; do
    slotstream_found=$(slotstream_jdk_version "$slotstream_home")
    if [ "$slotstream_found" -eq "$slotstream_min_jdk" ]; then
      echo "$slotstream_home"
      return 0
    fi
    if [ "$slotstream_found" -gt "$slotstream_min_jdk" ] && [ -z "$slotstream_later" ]; then
      slotstream_later=$slotstream_home
    fi
  done
  [ -n "$slotstream_later" ] && echo "$slotstream_later"
}

if JAVA_HOME=$(slotstream_find_jdk); then
  export JAVA_HOME
else
  echo "Slotstream needs a JDK $slotstream_min_jdk or later: install one (for example Eclipse Temurin $slotstream_min_jdk) and set JAVA_HOME to it." >&2
  exit 1
fi
