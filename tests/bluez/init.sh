#!/bin/sh
# The first process of the virtual machine: the least that BlueZ needs, then the journey, then off.
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 PYTHONPATH=/opt/runtall:/opt
echo "BLUEZ GUEST: up, Linux $(uname -r), bluetoothd $(/usr/libexec/bluetooth/bluetoothd --version)"
ip link set lo up
modprobe hci_vhci
mkdir -p /run/dbus /tmp/journey
dbus-uuidgen --ensure
dbus-daemon --system --fork
cd /opt
if ! python3 -m tests.bluez.journey /tmp/journey; then
    for log in /tmp/journey/*.log; do
        echo "--- $log, its end"
        tail -n 60 "$log"
    done
    echo "--- dmesg, its end"
    dmesg | tail -n 20
    stty -F /dev/ttyS1 raw
    tar -C /tmp/journey -cf /dev/ttyS1 .
fi
sync
echo o > /proc/sysrq-trigger
sleep 60
