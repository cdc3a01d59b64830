#!/usr/bin/env bash
# Scan, record, lost links, reconnection and report against real BlueZ, without a radio: in a small virtual
# machine under software emulation, whose kernel gets a Bluetooth adapter made of software.
#
# Needs Debian on amd64, root, and the mirrors of Debian and PyPI that this computer is set up for. Nothing is
# written outside a temporary folder of about 2 GB. Ends with 0 where all is well, with 1 where something is
# not, with 77 where it could not be tried.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-python3}
tools=(qemu-system-x86 debootstrap cpio)
guest_packages=bluez,dbus,python3,kmod,iproute2,procps
modules=(crypto lib net/bluetooth net/rfkill drivers/bluetooth/hci_vhci.ko)
boot_limit_s=1500
passed="BLUEZ VERDICT: passed"

export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1

say() { printf -- '--- %s (%d s)\n' "$*" "$SECONDS"; }

leave_out() {
    echo "Not tried against real BlueZ: $*."
    exit 77
}

clean_up() {
    # A debootstrap that was interrupted leaves these mounted.
    umount -q -l "$work/rootfs/proc" "$work/rootfs/sys" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}

check_host() {
    [ "$(id -u)" -eq 0 ] || leave_out "it needs root"
    type -P apt-get >/dev/null || leave_out "there is no apt-get here"
    [ "$(dpkg --print-architecture)" = amd64 ] || leave_out "the virtual machine is for amd64 only"
    codename=$(. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME") ||
        leave_out "the virtual machine is Debian's, and this is another system"
}

install_tools() {
    apt-get update -qq || leave_out "the package lists cannot be fetched"
    apt-get install -qq -y --no-install-recommends "${tools[@]}" >/dev/null ||
        leave_out "apt-get cannot install ${tools[*]}"
}

make_root() {
    local mirror apt_proxy=
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $codename" "Created-By: Packages" | sed -n 1p)
    eval "$(apt-config shell apt_proxy Acquire::http::Proxy)"
    [ -z "$apt_proxy" ] || export http_proxy=$apt_proxy
    debootstrap --variant=minbase --include="$guest_packages" "$codename" "$rootfs" "$mirror" \
        >"$work/debootstrap.log" 2>&1 || {
        tail -n 5 "$work/debootstrap.log"
        leave_out "debootstrap could not fetch the system from $mirror"
    }
}

add_kernel() {
    local package release module
    package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p')
    (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$package") ||
        leave_out "the kernel ${package:-linux-image-amd64} cannot be fetched"
    dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
    release=$(basename "$work"/kernel/boot/vmlinuz-*)
    release=${release#vmlinuz-}
    for module in "${modules[@]}"; do
        mkdir -p "$(dirname "$rootfs/lib/modules/$release/kernel/$module")"
        cp -a "$work/kernel/lib/modules/$release/kernel/$module" "$rootfs/lib/modules/$release/kernel/$module"
    done
    cp -a "$work/kernel/lib/modules/$release"/modules.{order,builtin*} "$rootfs/lib/modules/$release/"
    chroot "$rootfs" depmod "$release"
}

add_programs() {
    local version wheel
    version=$(chroot "$rootfs" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/wheel" "$root" ||
        leave_out "the wheel cannot be built"
    wheel=$(echo "$work"/wheel/runtall-*.whl)
    "$python" -m pip install --quiet --target "$rootfs/opt/runtall" --no-compile --only-binary=:all: \
        --python-version "$version" "${wheel}[virtual]" 2>"$work/pip.log" || {
        tail -n 5 "$work/pip.log"
        leave_out "pip cannot fetch what runtall needs for Python $version"
    }
    mkdir -p "$rootfs/opt/tests/bluez"
    cp "$root"/tests/bluez/*.py "$rootfs/opt/tests/bluez/"
    install -m 755 "$root/tests/bluez/init.sh" "$rootfs/init"
}

pack() {
    rm -rf "$rootfs"/var/cache/apt "$rootfs"/var/lib/apt "$rootfs"/usr/share/{doc,info,locale,man}
    find "$rootfs/opt/runtall" -type d -name tests -prune -exec rm -rf {} +
    # Compiled here once instead of there, slowly, by every command.
    chroot "$rootfs" python3 -m compileall -q -j 2 /opt/runtall /opt/tests
    (cd "$rootfs" && find . -xdev -print0 | cpio --null --create --format=newc --quiet) >"$work/initrd"
}

boot() {
    # The clock of the machine counts its instructions: on a busy computer it takes longer and sees no difference.
    timeout --kill-after=10 "$boot_limit_s" qemu-system-x86_64 \
        -accel tcg,thread=single -icount shift=0,sleep=off,align=off -rtc clock=vm \
        -cpu max -smp 1 -m 3072 -nodefaults -display none -monitor none -no-reboot \
        -kernel "$work"/kernel/boot/vmlinuz-* -initrd "$work/initrd" \
        -append "console=ttyS0 rdinit=/init panic=-1 quiet" \
        -serial stdio -serial "file:$work/journey.tar" </dev/null 2>&1 | tee "$work/console.log"
}

keep_logs() {
    local kept
    kept=$(mktemp -d --tmpdir runtall-bluez.XXXXXX)
    cp "$work/console.log" "$work/journey.tar" "$kept/"
    echo "FAILED against real BlueZ; console and everything the journey left: $kept"
}

check_host
work=$(mktemp -d)
trap clean_up EXIT
rootfs=$work/rootfs
say "Tools"
install_tools
say "A small Debian $codename"
make_root
say "Its kernel"
add_kernel
say "runtall in it"
add_programs
pack
say "The journey; its seconds are the machine's own"
status=0
boot || status=$?
if [ "$status" -ne 0 ] || ! grep -q "$passed" "$work/console.log"; then
    keep_logs
    exit 1
fi
say "Real BlueZ: all good"
